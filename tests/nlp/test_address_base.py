"""The national address base: imported whole or not at all, every mistake named, found again as people say it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from nlp_models.address_base import import_addresses
from nlp_models.errors import PlacesError
from nlp_models.gazetteer import Gazetteer, own
from nlp_models.place_finder import find_where
from nlp_models.place_words import place_words
from nlp_models.street_book import StreetBook

COMMUNES = {"21231": "Dijon", "21166": "Chenôve", "21515": "Quetigny", "21355": "Longvic"}
HEADER = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
    "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;"
    "source_nom_voie;certification_commune;cad_parcelles"
)


def row(number: object, repeat: str, street: str, insee: str, lat: object = 47.32, lon: object = 5.04) -> str:
    return f"x;;{number};{repeat};{street};21000;{insee};X;;;1;2;{lon};{lat};entrée;;;DIJON;X;commune;commune;1;"


ROWS = [
    HEADER,
    row(12, "", "Rue de Longvic", "21231", 47.3131, 5.0451),
    row(12, "bis", "Rue de Longvic", "21231", 47.3132, 5.0452),
    row(14, "", "Rue de Longvic", "21231", 47.3133, 5.0453),
    row(3, "", "Rue Pasteur", "21231", 47.318, 5.043),
    row(3, "", "Rue Pasteur", "21166", 47.291, 5.003),
    row(7, "a", "Impasse des Capucines", "21515", 47.316, 5.112),
    row(5, "", "Rond-Point des Sœurs Brontë", "21515", 47.317, 5.113),
    row(9, "", "Rue Lamonnoye", "21231", 47.3222, 5.0433),
    row(5012, "", "Rue Lamonnoye", "21231", 47.3, 5.0),
    row(1, "", "Le Bourg", "21231"),
    row(1, "", "Rue du Port", "71076"),
]


def written(folder: Path, *rows: str) -> Path:
    path = folder / "adresses-21.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, *ROWS)


@pytest.fixture
def city(file: Path, tmp_path: Path) -> Gazetteer:
    """Dijon with the addresses of the file."""
    import_addresses(file, tmp_path / "streets.bin", COMMUNES, place_words("fr"))
    return own("fr").with_book(StreetBook(tmp_path / "streets.bin"))


def test_what_was_imported_and_what_was_left_out(file: Path, tmp_path: Path) -> None:
    steps: list[float] = []
    summary = import_addresses(
        file, tmp_path / "streets.bin", COMMUNES, place_words("fr"), lambda step, share: steps.append(share)
    )
    assert (summary.rows, summary.addresses, summary.outside, summary.unnamed) == (11, 8, 1, 1)
    assert summary.communes == ["Chenôve", "Dijon", "Quetigny"]
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    book = StreetBook(tmp_path / "streets.bin")
    assert list(book.rows()) == [
        ("impasse des Capucines", "Quetigny", 1),
        ("rond-point des Sœurs Brontë", "Quetigny", 1),
        ("rue Lamonnoye", "Dijon", 1),
        ("rue Pasteur", "Chenôve", 1),
        ("rue Pasteur", "Dijon", 1),
        ("rue de Longvic", "Dijon", 3),
    ]


def test_importing_twice_changes_nothing_and_compressed_files_give_the_same(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "streets.bin"
    import_addresses(file, target, COMMUNES, place_words("fr"))
    first = target.read_bytes()
    import_addresses(file, target, COMMUNES, place_words("fr"))
    assert target.read_bytes() == first
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    import_addresses(packed, tmp_path / "other.bin", COMMUNES, place_words("fr"))
    assert list(StreetBook(tmp_path / "other.bin").rows()) == list(StreetBook(target).rows())


@pytest.mark.parametrize(
    ("said", "commune", "place", "point"),
    [
        ("au 12 rue de longvic", "Dijon", "12 rue de Longvic", (47.3131, 5.0451)),
        ("douze bis rue de lonvi", "Dijon", "12 bis rue de Longvic", (47.3132, 5.0452)),
        ("rue de longvic, devant le quatorze", "Dijon", "14 rue de Longvic", (47.3133, 5.0453)),
        ("99 rue de longvic", "Dijon", "99 rue de Longvic", None),
        ("3 rue pasteur à chenove", "Chenôve", "3 rue Pasteur", (47.291, 5.003)),
        ("3 rue pasteur à dijon", "Dijon", "3 rue Pasteur", (47.318, 5.043)),
        ("rue lamonnoie au numéro neuf", "Dijon", "9 rue Lamonnoye", (47.3222, 5.0433)),
        ("7a impasse des capussines", "Quetigny", "7a impasse des Capucines", (47.316, 5.112)),
        ("rond point des soeurs bronté", "Quetigny", "rond-point des Sœurs Brontë", None),
        ("rue des lilas à longvic", "Longvic", "rue des Lilas", None),
    ],
)
def test_addresses_are_found_as_people_say_them(
    city: Gazetteer, said: str, commune: str, place: str, point: tuple[float, float] | None
) -> None:
    where = find_where(said, city)
    assert (where.commune, where.place, where.point) == (commune, place, point)


def test_a_street_of_two_communes_is_in_doubt_until_one_is_named(city: Gazetteer) -> None:
    where = find_where("un trou 3 rue pasteur", city)
    assert where.commune is None
    assert set(where.communes) == {"Dijon", "Chenôve"}
    assert where.point is None


def test_the_address_nearest_to_a_point(city: Gazetteer) -> None:
    assert city.book is not None
    found = city.book.nearest(47.31322, 5.04521)
    assert found is not None
    assert (found.number, found.label, found.commune) == ("12 bis", "rue de Longvic", "Dijon")
    assert found.metres < 5
    assert city.book.nearest(47.4, 5.2) is None


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["a;b;c"], "adresses-21.csv:1: no column numero, rep, nom_voie, code_insee, lon, lat"),
        (["numero,rep,nom_voie"], "adresses-21.csv:1: no column"),
        ([*ROWS, "x;y"], "adresses-21.csv:13: 2 columns, the first line has 23"),
        ([HEADER, row("douze", "", "Rue Monge", "21231")], "adresses-21.csv:2: numero is not a house number: 'douze'"),
        ([HEADER, row(1, "", "Rue Monge", "21231", lat="nord")], "adresses-21.csv:2: lon, lat are not degrees"),
        ([HEADER, row(1, "", "Rue Monge", "21231", lat=6692000)], "adresses-21.csv:2: lon, lat are not on Earth"),
        ([HEADER, row(1, "", "Rue du Port", "71076")], "no address of the city's 4 communes in 1 rows"),
        ([HEADER], "no address of the city's 4 communes in 0 rows"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_and_the_old_one_stays(
    city: Gazetteer, tmp_path: Path, rows: list[str], problem: str
) -> None:
    before = (tmp_path / "streets.bin").read_bytes()
    with pytest.raises(PlacesError) as refused:
        import_addresses(written(tmp_path, *rows), tmp_path / "streets.bin", COMMUNES, place_words("fr"))
    assert problem in str(refused.value)
    assert (tmp_path / "streets.bin").read_bytes() == before
    assert not list(tmp_path.glob(".streets-*"))


def test_every_mistake_is_named_up_to_twenty(tmp_path: Path) -> None:
    bad = [row("x", "", "Rue Monge", "21231") for _ in range(30)]
    with pytest.raises(PlacesError) as refused:
        import_addresses(written(tmp_path, HEADER, *bad), tmp_path / "s.bin", COMMUNES, place_words("fr"))
    lines = str(refused.value).splitlines()
    assert len(lines) == 21
    assert lines[0].startswith("adresses-21.csv:2:")


def test_latin_1_and_broken_archives_are_refused_in_words(tmp_path: Path) -> None:
    latin = tmp_path / "latin.csv"
    latin.write_bytes("\n".join(ROWS).encode("latin-1", "replace"))
    with pytest.raises(PlacesError, match="not UTF-8"):
        import_addresses(latin, tmp_path / "s.bin", COMMUNES, place_words("fr"))
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress("\n".join(ROWS).encode())[:-20])
    with pytest.raises(PlacesError, match="cannot be read"):
        import_addresses(broken, tmp_path / "s.bin", COMMUNES, place_words("fr"))
    with pytest.raises(PlacesError, match="cannot be read"):
        import_addresses(tmp_path / "absent.csv", tmp_path / "s.bin", COMMUNES, place_words("fr"))


def test_a_street_file_cut_short_or_foreign_is_refused(city: Gazetteer, tmp_path: Path) -> None:
    whole = (tmp_path / "streets.bin").read_bytes()
    for name, content in {"short": whole[: len(whole) // 2], "foreign": b"something else", "empty": b""}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PlacesError, match="not a whole street file"):
            StreetBook(tmp_path / name)


def test_doors_that_stand_twice_count_once_and_blank_lines_are_none(tmp_path: Path) -> None:
    rows = [*ROWS, "", row(12, "", "Rue de Longvic", "21231", 47.0, 5.0), row(12, "BIS", "Rue de Longvic", "21231")]
    summary = import_addresses(written(tmp_path, *rows), tmp_path / "streets.bin", COMMUNES, place_words("fr"))
    assert (summary.addresses, summary.repeated) == (8, 2)
    assert ("rue de Longvic", "Dijon", 3) in list(StreetBook(tmp_path / "streets.bin").rows())


@pytest.mark.parametrize("packed", [False, True])
def test_the_line_that_is_not_utf8_is_named(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "adresses-21.csv"
    content = "\n".join([HEADER, row(1, "", "Rue Monge", "21231"), row(1, "", "Rue Brûlée", "21231")]).encode("latin-1")
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(PlacesError, match=r"adresses-21\.csv:2: not UTF-8 text; save"):  # "entrée" comes first
        import_addresses(path, tmp_path / "streets.bin", COMMUNES, place_words("fr"))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([HEADER.replace(";", ",")], "these are commas"),
        ([*ROWS[:3], 'x;;4;;"Rue Monge;21000;21231', *ROWS[3:]], "adresses-21.csv:4 to 13 .a quotation mark is open"),
        ([HEADER, row(1, "", "Rue\0 Monge", "21231")], "adresses-21.csv:2: nom_voie holds signs that are no letters"),
    ],
)
def test_mistakes_that_spreadsheets_make_are_told(tmp_path: Path, rows: list[str], problem: str) -> None:
    with pytest.raises(PlacesError, match=problem):
        import_addresses(written(tmp_path, *rows), tmp_path / "streets.bin", COMMUNES, place_words("fr"))
