"""``python -m nlp_models.scripts.convert EXAMPLES OUTPUT.spacy LANGUAGE``: examples as spaCy's own binary corpus."""

from __future__ import annotations

import sys
from pathlib import Path

import spacy
from spacy.tokens import DocBin

from nlp_models.corpus import read_examples


def convert(examples: Path, output: Path, language: str) -> int:
    """Write every example with its label in ``cats``; return how many. Raises CorpusError for unusable examples."""
    corpus = read_examples(examples)
    nlp = spacy.blank(language)
    held = DocBin()
    for text, label in zip(corpus.texts, corpus.labels, strict=True):
        doc = nlp.make_doc(text)
        doc.cats = {label: 1.0}
        held.add(doc)
    output.parent.mkdir(parents=True, exist_ok=True)
    held.to_disk(output)
    return len(corpus.texts)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
