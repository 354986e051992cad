"""The school: from a citizen's words to meaning (danger, procedure, place, language). It talks to nobody."""

import sys
from types import ModuleType

# spaCy imports its command line with itself, and with that what fetches packages and projects: a quarter of a second
# at every start and sixteen megabytes of every process that reads, for what none of ours does.
if "spacy" not in sys.modules:
    sys.modules["spacy.cli"] = ModuleType("spacy.cli")
    sys.modules["spacy.cli.info"] = ModuleType("spacy.cli.info")
    sys.modules["spacy.cli.info"].__dict__["info"] = None
