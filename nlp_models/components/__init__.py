"""The pipeline's components, each a spaCy factory; importing this package registers them all."""

from nlp_models.components.danger import DangerComponent
from nlp_models.components.language import LanguageComponent
from nlp_models.components.message_normaliser import MessageNormaliser
from nlp_models.components.places import PlacesComponent
from nlp_models.components.procedure_classifier import ProcedureClassifier
from nlp_models.components.tokeniser import Tokeniser

ORDER = ("language", "danger", "places", "message_normaliser", "procedure_classifier")

__all__ = [
    "ORDER",
    "DangerComponent",
    "LanguageComponent",
    "MessageNormaliser",
    "PlacesComponent",
    "ProcedureClassifier",
    "Tokeniser",
]
