"""Fixtures of the unit tier: no database, no network, the real catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from bot.settings import Settings
from routing.catalogue.loader import FOLDER
from routing.domain.procedure import Catalogue
from tests.city import read_catalogue
from tests.unit.catalogue_copy import CatalogueCopy

# Derandomised: the same commit gives the same result on every machine, which strict xfails need too.
settings.register_profile("vigie", deadline=None, derandomize=True)
settings.load_profile("vigie")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue as Vigie runs it."""
    return read_catalogue(FOLDER)


@pytest.fixture
def copied(tmp_path: Path) -> CatalogueCopy:
    """A copy of the catalogue's shared files with two procedures, that the test may break."""
    return CatalogueCopy(tmp_path / "catalogue", whole=False)


@pytest.fixture
def whole_copy(tmp_path: Path) -> CatalogueCopy:
    """A copy of the whole catalogue, that the test may break."""
    return CatalogueCopy(tmp_path / "catalogue", whole=True)


@pytest.fixture
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of Vigie's, no .env file."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VIGIE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
