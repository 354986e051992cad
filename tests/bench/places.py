"""An address base of three hundred thousand rows: imported, then asked for what people say and mishear."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from nlp_models.gazetteer import own
from nlp_models.place_figures import NAMED, UNNAMED, measure
from nlp_models.place_finder import find_where
from nlp_models.street_book import StreetBook
from routing.catalogue import loader
from tests.bench.figures import Figure, percentile
from tests.bench.rig import ROOT, Rig

NAME = "places"
COLUMNS = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
    "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;"
    "source_nom_voie;certification_commune;cad_parcelles"
)
KINDS = ("Rue", "Rue", "Rue", "Avenue", "Impasse", "Allée", "Chemin", "Place", "Boulevard", "Square")
ARTICLES = ("de ", "du ", "des ", "de la ", "", "", "")
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "bu",
    "ca",
    "ce",
    "chi",
    "cho",
    "da",
    "de",
    "di",
    "dou",
    "fa",
    "fe",
    "fi",
    "fon",
    "ga",
    "ge",
    "gui",
    "jo",
    "la",
    "le",
    "li",
    "lou",
    "ma",
    "me",
    "mi",
    "mon",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "pi",
    "po",
    "ra",
    "re",
    "ri",
    "ron",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "tou",
    "va",
    "ve",
    "vi",
    "vo",
]
ENDINGS = ("n", "r", "l", "t", "x", "u", "in", "et", "aud", "ier", "ard", "")


def run(rig: Rig) -> list[Figure]:
    """Import once more than the first time, look up with and without the commune, and measure how well we hear."""
    rows = rig.size(300_000, 20_000)
    source = rig.folder / "adresses.csv"
    _write(source, rows)
    seconds, memory = _import(rig, source)
    book = StreetBook(rig.folder / "places" / "streets.bin")
    city = own("fr").with_book(book)
    said = list(_said(book, rig.size(1000, 200)))
    found, took, worked = 0, [], []
    for text, label, commune in said:
        begun, work = time.perf_counter(), time.process_time()
        where = find_where(text, city)
        took.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - work))
        found += where.commune == commune and (where.place or "").endswith(label)
    heard = measure(NAMED, UNNAMED, city).as_dict()
    return [
        Figure(NAME, f"import of {rows} rows", seconds, "s", 60),
        Figure(NAME, "memory of the import, most", memory, "MB", 400),
        Figure(NAME, "street file", (rig.folder / "places" / "streets.bin").stat().st_size / 1e6, "MB"),
        Figure(NAME, f"look-up among {len(book)} names, processor time, p50", percentile(worked, 0.5), "ms", 2),
        Figure(NAME, "look-up, processor time, p95", percentile(worked, 0.95), "ms", 5),
        Figure(NAME, "look-up, by the clock, p50", percentile(took, 0.5), "ms"),
        Figure(NAME, "streets not found again as written", 100 - 100 * found / len(said), "%", 2),
        Figure(NAME, "communes not heard, with all these streets", 100 - 100 * heard["commune"], "%", 2),
        Figure(NAME, "streets or landmarks not heard, with all these streets", 100 - 100 * heard["place"], "%", 8),
        Figure(NAME, "communes made up", 100 * heard["invented commune"], "%", 0.5),
    ]


def _write(path: Path, rows: int) -> None:
    dice = random.Random(4)
    communes = [commune.insee for commune in loader.load().communes.values()]
    with path.open("w", encoding="utf-8") as file:
        file.write(COLUMNS + "\n")
        left = rows
        while left:
            label, insee = _label(dice), dice.choice(communes)
            lat, lon = dice.uniform(47.2, 47.4), dice.uniform(4.9, 5.2)
            for number in range(1, min(left, dice.randint(1, 24)) + 1):
                repeat = dice.choice(("", "", "", "", "bis", "ter", "a"))
                file.write(
                    f"x;;{number};{repeat};{label};21000;{insee};X;;;1;2;{lon:.6f};{lat + number * 5e-5:.6f}"
                    ";entrée;;;X;X;commune;commune;1;\n"
                )
                left -= 1


def _label(dice: random.Random) -> str:
    words = ["".join(dice.choices(SYLLABLES, k=dice.choice((2, 3, 3)))) + dice.choice(ENDINGS) for _ in range(2)]
    name = " ".join(word.capitalize() for word in words[: dice.choice((1, 1, 2))])
    return f"{dice.choice(KINDS)} {dice.choice(ARTICLES)}{name}"


def _import(rig: Rig, source: Path) -> tuple[float, float]:
    """(seconds, megabytes) of `vigie places import` in a process of its own."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "bot", "places", "import", str(source)]
    most = 0
    with subprocess.Popen(command, cwd=ROOT, env=rig.environment(rig.folder), stdout=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.05)
    if process.wait():
        raise RuntimeError("the import failed")
    return time.perf_counter() - begun, most / 1e6


def _said(book: StreetBook, most: int) -> Iterator[tuple[str, str, str]]:
    rows = list(book.rows())
    for label, commune, _ in rows[:: max(1, len(rows) // most)]:
        yield f"bonjour il y a un trou au 3 {label} à {commune} c'est dangereux pour les vélos merci", label, commune
