"""What the environment may say, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings

pytestmark = pytest.mark.usefixtures("empty_environment")
DATABASE = "postgresql://vigie@base.example/vigie"


def test_without_any_setting_vigie_runs_on_its_own_database_on_this_machine_only() -> None:
    settings = Settings()
    assert settings.embedded
    assert (settings.host, settings.base_url) == ("127.0.0.1", "http://127.0.0.1:8000")
    assert settings.zone.key == "Europe/Paris"


def test_variables_begin_with_the_name_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_PORT", "9000")
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("VIGIE_DATABASE_URL", DATABASE)
    settings = Settings()
    assert settings.base_url == "http://127.0.0.1:9000"
    assert not settings.embedded


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files pass every variable on, set or not."""
    for name in ("PORT", "DATABASE_URL", "API_TOKEN", "ONCALL_FILE", "TIME_ZONE"):
        monkeypatch.setenv(f"VIGIE_{name}", "")
    settings = Settings()
    assert settings.embedded
    assert settings.api_token is None
    assert settings.oncall_file is None


def test_a_file_in_the_working_folder_is_read_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("VIGIE_PUBLIC_BASE_URL=https://vigie.example/\nOTHER=1\n", encoding="utf-8")
    assert Settings().base_url == "https://vigie.example"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TIME_ZONE", "Europe/Dijon", "unknown time zone 'Europe/Dijon', e.g. Europe/Paris"),
        ("TIME_ZONE", "../etc/passwd", "unknown time zone"),
        ("DATABASE_URL", "sqlite:///vigie.db", "must be a PostgreSQL address"),
        ("DATABASE_URL", "base.example/vigie", "must be a PostgreSQL address"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("PORT", "http", "valid integer"),
        ("QUESTION_SECONDS", "1", "greater than or equal to 5"),
        ("WORKER_CONCURRENCY", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(f"VIGIE_{name}", value)
    with pytest.raises(ValidationError, match=said) as refusal:
        Settings()
    assert refusal.value.errors()[0]["loc"] == (name.lower(),)


def test_a_continent_is_no_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_TIME_ZONE", "Europe")
    with pytest.raises(ValidationError, match="unknown time zone 'Europe'"):
        Settings()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_postgresql_address_may_be_written_each_usual_way(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("VIGIE_DATABASE_URL", f"{scheme}://vigie@base.example/vigie")
    assert not Settings().embedded


def test_secrets_are_not_shown_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "TELEGRAM_CITIZEN_TOKEN", "TELEGRAM_STAFF_TOKEN", "TWILIO_AUTH_TOKEN", "API_TOKEN"):
        monkeypatch.setenv(f"VIGIE_{name}", f"do-not-show {name}")
    monkeypatch.setenv("VIGIE_DATABASE_URL", "postgresql://vigie:do-not-show@base.example/vigie")
    assert "do-not-show" not in f"{Settings()!r} {Settings()}"


def test_one_bot_is_not_both_the_citizens_and_the_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_TELEGRAM_CITIZEN_TOKEN", "900:secret")
    monkeypatch.setenv("VIGIE_TELEGRAM_STAFF_TOKEN", "900:secret")
    with pytest.raises(ValidationError, match="must be another bot's") as refused:
        Settings()
    assert "secret" not in refused.value.errors()[0]["msg"]
    monkeypatch.setenv("VIGIE_TELEGRAM_STAFF_TOKEN", "901:other")
    assert Settings().telegram_staff_token
