"""The pipeline before it has learnt anything."""

from __future__ import annotations

import spacy
from spacy.language import Language

from nlp_models.components import ORDER


def blank(language: str) -> Language:
    """Return an untrained pipeline for messages in ``language``.

    It is spaCy's own blank pipeline of no language in particular ("xx"), with a light tokeniser.
    """
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "vigie.words.v1"}}})
    for name in ORDER:
        nlp.add_pipe(name, config=_config(name, language))
    return nlp


def _config(name: str, language: str) -> dict[str, str]:
    if name == "language":
        return {"expected": language}
    return {"language": language} if name in ("places", "message_normaliser", "procedure_classifier") else {}
