"""``language``: sets ``doc._.language``, an ISO 639-1 code."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp_models.components.stateless import Batched, Stateless, said_in
from nlp_models.languages import detect_language

Doc.set_extension("language", default="", force=True)


class LanguageComponent(Batched, Stateless):
    """Detects the language, believing ``expected`` unless the words clearly say otherwise."""

    def __init__(self, expected: str) -> None:
        self._expected = expected

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc._.language``."""
        doc._.language = detect_language(said_in(doc), self._expected)
        return doc


@Language.factory("language", default_config={"expected": "fr"}, assigns=["doc._.language"])
def make_language(nlp: Language, name: str, expected: str) -> LanguageComponent:
    """Build the component for messages usually written in ``expected``."""
    return LanguageComponent(expected)
