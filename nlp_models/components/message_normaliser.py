"""``message_normaliser``: sets ``doc._.normal_text``, which only the classifier reads."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp_models.components.stateless import Batched, Stateless, said_in
from nlp_models.normaliser import normaliser_for

Doc.set_extension("normal_text", default="", force=True)


class MessageNormaliser(Batched, Stateless):
    """Applies the word lists of one language."""

    def __init__(self, language: str) -> None:
        self._normalise = normaliser_for(language)

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc._.normal_text``."""
        doc._.normal_text = self._normalise(said_in(doc))
        return doc


@Language.factory("message_normaliser", default_config={"language": "fr"}, assigns=["doc._.normal_text"])
def make_message_normaliser(nlp: Language, name: str, language: str) -> MessageNormaliser:
    """Build the component with the word lists of ``language``."""
    return MessageNormaliser(language)
