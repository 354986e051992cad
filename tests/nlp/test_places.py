"""Communes and places as people type them and as a recogniser hears them."""

from __future__ import annotations

import pytest
import yaml

from nlp_models.gazetteer import OWN, own
from nlp_models.place_finder import find_where
from nlp_models.spoken_numbers import number_before

CASES = [
    ("y a un trou devant le 12 bis rue Monge", "Dijon", "12 bis rue Monge"),
    ("au 4 rue d'auxonne", "Dijon", "4 rue d'Auxonne"),
    ("fuite d'eau avenue de langres à dijon", "Dijon", "avenue de Langres"),
    ("rue des gaudrans c'est tout noir", "Dijon", "rue des Godrans"),
    ("douze bis rue berbisey", "Dijon", "12 bis rue Berbisey"),
    ("vingt-trois rue Devosge", "Dijon", "23 rue Devosge"),
    ("quatre-vingt-deux avenue du Drapeau", "Dijon", "82 avenue du Drapeau"),
    ("au numero quatre de la rue vannerie", "Dijon", "4 rue Vannerie"),
    ("avenue victor hugo numero 15", "Dijon", "15 avenue Victor-Hugo"),
    ("angle rue monge et rue berbisey", "Dijon", "rue Monge / rue Berbisey"),
    ("boulvard de sevigné", "Dijon", "boulevard de Sévigné"),
    ("bd de brosses", "Dijon", "boulevard de Brosses"),
    ("bld de la tremouille", "Dijon", "boulevard de la Trémouille"),
    ("av foch", "Dijon", "avenue Foch"),
    ("quai nicolas rolin", "Dijon", "quai Nicolas-Rolin"),
    ("place de la republique", "Dijon", "place de la République"),
    ("pl de la liberation", "Dijon", "place de la Libération"),
    ("place du premier mai", "Dijon", "place du 1er-Mai"),
    ("place darcy", "Dijon", "place Darcy"),
    ("place wilsone", "Dijon", "place Wilson"),
    ("rue chabot charni", "Dijon", "rue Chabot-Charny"),
    ("rue chabau charny", "Dijon", "rue Chabot-Charny"),
    ("la rue du docteur maret", "Dijon", "rue Docteur-Maret"),
    ("cours général de gaulle", "Dijon", "cours Général-de-Gaulle"),
    ("avenue du drapo", "Dijon", "avenue du Drapeau"),
    ("rue de mirande", "Dijon", "rue de Mirande"),
    ("rue de jouvence", "Dijon", "rue de Jouvence"),
    ("RUE DE LA LIBERTÉ", "Dijon", "rue de la Liberté"),
    ("rue de longvic", "Dijon", "rue de Longvic"),
    ("rue de talant", "Dijon", "rue de Talant"),
    ("boulevard chanoine kir", "Dijon", "boulevard Chanoine-Kir"),
    ("avenue albert premier", "Dijon", "avenue Albert-1er"),
    ("à chnove avenue roland carraz", "Chenôve", "avenue Roland-Carraz"),
    ("route de dijon à longvic", "Longvic", "route de Dijon"),
    ("on est à lonvi rue jules guesde", "Longvic", "rue Jules-Guesde"),
    ("la rue des lilas à Quetigny", "Quetigny", "rue des Lilas"),
    ("impasse des Peupliers à talant", "Talant", "impasse des Peupliers"),
    ("rue de l'église à Ahuy", "Ahuy", "rue de l'Eglise"),
    ("je suis à lonvi", "Longvic", None),
    ("je suis a st apo", "Saint-Apollinaire", None),
    ("saint apo vers le magasin", "Saint-Apollinaire", None),
    ("à crimolois", "Neuilly-Crimolois", None),
    ("à neuilly", "Neuilly-Crimolois", None),
    ("à fontaine lait dijon", "Fontaine-lès-Dijon", None),
    ("j'habite Fontaine-lès-Dijon", "Fontaine-lès-Dijon", None),
    ("à talent y a un arbre couché", "Talant", None),
    ("mairie de daix", "Daix", None),
    ("commune d'ahuy", "Ahuy", None),
    ("ketigny", "Quetigny", None),
    ("marsané la côte", "Marsannay-la-Côte", None),
    ("à plombière", "Plombières-lès-Dijon", None),
    ("perrigny", "Perrigny-lès-Dijon", None),
    ("senecey", "Sennecey-lès-Dijon", None),
    ("à chevigny", "Chevigny-Saint-Sauveur", None),
    ("hauteville les dijon", "Hauteville-lès-Dijon", None),
    ("à magny sur tille", "Magny-sur-Tille", None),
    ("bressey sur tille", "Bressey-sur-Tille", None),
    ("bretenière", "Bretenière", None),
    ("dijon métropole à ouges", "Ouges", None),
    ("flavignerot", "Flavignerot", None),
    ("corcelles les monts", "Corcelles-les-Monts", None),
    ("à fénay", "Fénay", None),
    ("à fontaine d'ouche", "Dijon", "Fontaine d'Ouche"),
    ("au lac kir", "Dijon", "lac Kir"),
    ("à la toison d'or", "Dijon", "Toison d'Or"),
    ("devant le zenith", "Dijon", "Zénith"),
    ("au parc de la colombiere", "Dijon", "parc de la Colombière"),
    ("quartier des gresilles", "Dijon", "Grésilles"),
    ("Parking Malraux, la barrière reste levée", None, "parking Malraux"),
    ("collège henri dunant le portail est coincé", None, "collège Henri Dunant"),
    ("au cimetière des péjoces", "Dijon", "cimetière des Péjoces"),
    ("Le gymnase Jean-Marc-Boivin n'est plus chauffé", None, "gymnase Jean Marc Boivin"),
    ("Impasse des Trois Tilleuls le camion ne passe pas", None, "impasse des Trois Tilleuls"),
    ("une voiture bloque la rue Barbe-à-Papa", None, "rue Barbe A Papa"),
    ("un trou rue des Glycines, Quetigny", "Quetigny", "rue des Glycines"),
    ("un trou rue Cervantes (Dijon)", "Dijon", "rue Cervantes"),
    ("12 rue Cervantes\n21300 Chenôve", "Chenôve", "12 rue Cervantes"),
    ("parking Cervantes, Dijon", "Dijon", "parking Cervantes"),
    ("rue Dr. Bidon à Dijon", "Dijon", "rue Docteur Bidon"),
    ("chemin de la Rente de Bray, dépôt sauvage", None, "chemin de la Rente de Bray"),
    ("avenue du maréchal lyautey les feux clignotent", None, "avenue du Marechal Lyautey"),
    ("7 h 30, boulevard de l'Université rien n'a été salé", "Dijon", "boulevard de l'Université"),
    ("un FPS de 35 € rue Docteur-Maret", "Dijon", "rue Docteur-Maret"),
    ("place de la Libération, le 3 mars vers midi", "Dijon", "place de la Libération"),
    ("au C.H.U. devant les urgences", "Dijon", "CHU François-Mitterrand"),
]
DOUBTS = [
    ("boulevard des valendons", {"Chenôve", "Dijon"}),
    ("boulevard de la trouhaude un arbre", {"Talant", "Dijon"}),
    ("avenue roland carraz à dijon", {"Chenôve", "Dijon"}),
    ("je suis entre talant et quetigny", {"Talant", "Quetigny"}),
]
ELSEWHERE = [
    ("à genlis une vache sur la route", "Genlis"),
    ("j'habite gevrey et la route est gelée", "Gevrey-Chambertin"),
    ("à asnières lès dijon plus d'eau", "Asnières-lès-Dijon"),
    ("commune de ruffey les echirey", "Ruffey-lès-Echirey"),
    ("la route de beaune est bloquée", None),
    ("le tram direction chenôve est bloqué", None),
    ("un camion vers beaune", None),
]
NOWHERE = [
    "",
    "ma rue est sombre",
    "la place est sale",
    "il n'y a plus de place de parking",
    "une place de stationnement",
    "où je peux aller",
    "j'ai du talent",
    "à dix heures du matin",
    "à genlis ya un accident",
    "le mur de la maison s'écroule",
    "devant l'école",
    "la route de la gare est bloquée",
    "une route nationale",
    "au milieu de la chaussée il y a des débris",
    "les enfants sont allés jouer dehors",
    "le parking souterrain est sombre",
    "l'école maternelle est fermée",
    "la piscine découverte ouvre quand",
    "rue étroite et sombre",
    "je viens de brest et je visite",
    "une colonie de chauve souris dans mon grenier",
    "le plombier de plombier et fils",
]


@pytest.mark.parametrize(("text", "commune", "place"), CASES)
def test_place_is_found(text: str, commune: str, place: str | None) -> None:
    where = find_where(text, own("fr"))
    assert (where.commune, where.place) == (commune, place)


@pytest.mark.parametrize("text", NOWHERE)
def test_no_place_is_invented(text: str) -> None:
    where = find_where(text, own("fr"))
    assert (where.commune, where.place) == (None, None)


@pytest.mark.parametrize(("text", "communes"), DOUBTS)
def test_what_may_be_in_several_communes_is_in_doubt(text: str, communes: set[str]) -> None:
    where = find_where(text, own("fr"))
    assert where.commune is None
    assert set(where.communes) == communes


@pytest.mark.parametrize(("text", "name"), ELSEWHERE)
def test_communes_outside_are_recognised_unless_they_are_a_direction(text: str, name: str | None) -> None:
    where = find_where(text, own("fr"))
    assert (where.commune, where.elsewhere) == (None, name)


COMMUNES = list(yaml.safe_load(OWN.read_text(encoding="utf-8"))["communes"])


@pytest.mark.parametrize("name", COMMUNES)
def test_each_commune_is_found_by_its_official_name(name: str) -> None:
    assert find_where(f"bonjour j'habite à {name} et j'ai un souci", own("fr")).commune == name


def test_all_twenty_three_communes_are_there() -> None:
    assert len(COMMUNES) == 23


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("au douze", "12"),
        ("vingt et un", "21"),
        ("quatre-vingt-dix-sept ter", "97 ter"),
        ("soixante-douze", "72"),
        ("cent quatre", "104"),
        ("deux cent dix", "210"),
        ("le 3b", "3b"),
        ("dans une", None),
        ("devant la", None),
        ("", None),
    ],
)
def test_house_numbers_as_they_are_said(said: str, number: str | None) -> None:
    assert number_before(own("fr").words.split(said)) == number
