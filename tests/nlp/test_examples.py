"""Our own examples are many, do not repeat one another, and none of what they are measured on leaked into them."""

from __future__ import annotations

from pathlib import Path

from nlp_models import lint
from nlp_models.corpus import Corpus


def test_our_examples_are_in_order() -> None:
    assert lint.lint() == []


PLACES = ("d'ici", "du pont", "de la gare", "du parc", "des Halles", "du lac")


LAZY = {
    "signs": ["un énorme trou devant le fournil de la rue", "Un enorme trou devant le fournil de la rue !"],
    "short": ["trou rue monge", "Trou rue Monge."],
    "series": [f"il y a un trou près {place}" for place in PLACES],
}


def test_lazy_lines_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for label, lines in LAZY.items():
        (tmp_path / "a" / f"{label}.txt").write_text("\n".join(lines), encoding="utf-8")
    problems = lint.lint(examples=tmp_path, fewest=1)
    for label, message in (("signs", "says the same"), ("short", "says the same"), ("series", "lines begin with")):
        assert any(problem.startswith(f"{label}: ") and message in problem for problem in problems), problems


def test_too_few_lines_are_counted() -> None:
    assert lint._too_few(Corpus(("un", "deux"), ("x", "x")), 3) == ["x: 2 examples; at least 3"]


def test_a_leak_is_named() -> None:
    said = "la plaque d'égout claque à chaque voiture devant chez moi"
    found = lint._repeated(
        [lint.Line(said, "voirie", "training"), lint.Line(said, "development: voirie", "development")]
    )
    assert found
    assert "leaks into development: voirie" in found[0]
