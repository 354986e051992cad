"""What citizens of these stories write, and what it means."""

from __future__ import annotations

from tests.understood import Scripted

HOLE = "il y a un énorme trou rue d'Auxonne à Dijon, ma voiture a tapé dedans"
FIRE = "au secours il y a le feu au 3e étage de l'immeuble avenue du Drapeau, ça fume beaucoup"
VAGUE = "c'est encore cassé devant l'école, ça fait trois fois"


def understand_hole(means: Scripted) -> str:
    """A hole in the road: routed to the roads, nobody paged."""
    return means.expect(HOLE, ("voirie-nid-de-poule", 0.94), ("voirie-affaissement", 0.04), place="rue d'Auxonne")


def understand_fire(means: Scripted) -> str:
    """A fire: critical, somebody is paged at once."""
    return means.expect(FIRE, ("securite-incendie-batiment", 0.97), place="avenue du Drapeau")
