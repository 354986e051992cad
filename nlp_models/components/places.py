"""``places``: sets ``doc._.where``, what a message says of where it is."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp_models.components.stateless import Batched, Stateless, said_in
from nlp_models.gazetteer import Gazetteer, own
from nlp_models.place_finder import Where, find_where

Doc.set_extension("where", default=Where(), force=True)


class PlacesComponent(Batched, Stateless):
    """Finds places by a gazetteer. It is the city's, not the model's: whoever loads a model may give another one."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc._.where``."""
        doc._.where = find_where(said_in(doc), self.gazetteer)
        return doc


@Language.factory("places", assigns=["doc._.where"], default_config={"language": "fr"})
def make_places(nlp: Language, name: str, language: str) -> PlacesComponent:
    """Build the component with the project's own gazetteer, which is empty in any language but its own."""
    return PlacesComponent(own(language))
