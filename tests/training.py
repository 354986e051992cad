"""The full French model of the tests: trained when the examples or the learner changed, else found in the cache."""

from __future__ import annotations

from pathlib import Path

from nlp_models.training import EXAMPLES, ensure_model

CACHE = Path(__file__).parent.parent / "var" / "models"


def trained() -> Path:
    """The model's folder; whoever comes while another process trains it waits."""
    return ensure_model(EXAMPLES, CACHE)


if __name__ == "__main__":
    trained()
