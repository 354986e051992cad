"""The token of the API: the configured one, else one that the embedded default makes and keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.bootstrap import api_token
from bot.settings import Settings

pytestmark = pytest.mark.usefixtures("empty_environment")


def test_the_configured_token_is_the_token(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, api_token=SecretStr("chosen"))
    assert api_token(settings) == "chosen"
    assert list(tmp_path.iterdir()) == []


def test_without_one_a_token_is_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    token = api_token(settings)
    assert len(token) >= 32
    assert api_token(settings) == token


def test_two_installations_have_two_tokens(tmp_path: Path) -> None:
    assert api_token(Settings(data_dir=tmp_path / "one")) != api_token(Settings(data_dir=tmp_path / "two"))


def test_only_its_owner_can_read_the_kept_token(tmp_path: Path) -> None:
    api_token(Settings(data_dir=tmp_path))
    assert (tmp_path / "api_token").stat().st_mode & 0o777 == 0o600


def test_a_token_edited_by_hand_may_end_with_a_new_line(tmp_path: Path) -> None:
    (tmp_path / "api_token").write_text("by-hand\n", encoding="utf-8")
    assert api_token(Settings(data_dir=tmp_path)) == "by-hand"


def test_an_empty_file_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "api_token").touch()
    assert len(api_token(Settings(data_dir=tmp_path))) >= 32
