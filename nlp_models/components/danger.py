"""``danger``: fixed rules and second ear, on the words as they came. Sets ``doc._.danger`` (a Danger or None)."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp_models.components.stateless import Batched, Stateless, said_in
from nlp_models.danger_rules import find_danger

Doc.set_extension("danger", default=None, force=True)


class DangerComponent(Batched, Stateless):
    """Wraps ``find_danger``: the rules are always those of the code, never an old copy in a model."""

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc._.danger``."""
        doc._.danger = find_danger(said_in(doc))
        return doc


@Language.factory("danger", assigns=["doc._.danger"])
def make_danger(nlp: Language, name: str) -> DangerComponent:
    """Build the component."""
    return DangerComponent()
