"""What can go wrong at school, with messages a person can act on."""

from __future__ import annotations


class SchoolError(Exception):
    """Base of every error this room raises."""


class CorpusError(SchoolError):
    """The examples, or a file of texts to evaluate, cannot be used as they are."""


class ModelError(SchoolError):
    """The folder given does not hold a model that this version can read."""


class PlacesError(SchoolError):
    """An address base that cannot be read, or a street file that is not whole."""
