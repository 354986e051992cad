"""The only reader of the environment. Every setting is documented in .env.example."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from routing.domain.hours import Hours
from routing.domain.oncall import WEEKDAYS, zone_named


class Settings(BaseSettings):
    """Settings with the prefix ``VIGIE_``; a ``.env`` file in the working directory is read too."""

    model_config = SettingsConfigDict(env_prefix="VIGIE_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: SecretStr | None = None
    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_base_url: str | None = None
    api_token: SecretStr | None = None
    time_zone: str = "Europe/Paris"
    locale: str = Field(default="fr", pattern=r"^[a-z]{2,3}$")
    channels_file: Path | None = None
    oncall_file: Path | None = None
    rights_file: Path | None = None
    catalogue_dir: Path | None = None
    examples_dir: Path | None = None
    geocoder_base_url: str | None = None
    geocoder_seconds: float = Field(default=1.0, gt=0, le=30)
    question_seconds: int = Field(default=180, ge=5)
    quiet_hours: str | None = "22:00-07:00"
    messages_per_hour: int = Field(default=12, ge=1)
    forms_per_hour: int = Field(default=30, ge=1)
    photo_days: int = Field(default=365, ge=1)
    audio_days: int = Field(default=30, ge=1)
    log_level: str = "INFO"
    worker_concurrency: int = Field(default=8, ge=1, le=64)

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_base_url: str = "https://slack.com/api/"
    telegram_citizen_token: SecretStr | None = None
    telegram_staff_token: SecretStr | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_base_url: str = "https://api.telegram.org"
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from_number: str | None = None
    twilio_base_url: str | None = None
    twilio_whatsapp_number: str | None = None
    twilio_whatsapp_template: str | None = None
    city: str = "la métropole"
    phone_person: str | None = None
    room_number: str | None = None
    phone_hours: str | None = None
    drill: str | None = None
    drill_spares: list[str] = []
    sms_gateway_url: str | None = None
    sms_gateway_authorization: SecretStr | None = None
    sms_gateway_body: str = '{"to": "{to}", "text": "{text}", "ref": "{ref}", "callback": "{callback}"}'
    voice_gateway_url: str | None = None
    voice_gateway_authorization: SecretStr | None = None
    voice_gateway_body: str = '{"to": "{to}", "text": "{text}", "ref": "{ref}", "callback": "{callback}"}'

    asr: str = Field(default="twilio", pattern="^(twilio|sherpa-onnx|whisper)$")
    asr_model: str = "asr-fr-live"
    asr_recordings_model: str | None = None
    asr_callers: int = Field(default=16, ge=1, le=200)
    asr_voice: str = Field(default="twilio", pattern="^(twilio|espeak-ng)$")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return zone_named(value).key

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("postgresql://", "postgres://", "postgresql+")):
            raise ValueError("must be a PostgreSQL address: postgresql://user:password@host/name")
        return value

    @field_validator("telegram_staff_token")
    @classmethod
    def _another_bot(cls, value: SecretStr | None, known: ValidationInfo) -> SecretStr | None:
        if value and value == known.data.get("telegram_citizen_token"):
            raise ValueError("must be another bot's than VIGIE_TELEGRAM_CITIZEN_TOKEN: one that leaks opens one door")
        return value

    @field_validator("quiet_hours", "phone_hours")
    @classmethod
    def _readable_hours(cls, value: str | None) -> str | None:
        if value:
            Hours.read(value)
        return value

    @property
    def twilio(self) -> tuple[str, SecretStr] | None:
        """The connected account and its secret, None when none is connected."""
        account, token = self.twilio_account_sid, self.twilio_auth_token
        return (account, token) if account and token else None

    @property
    def quiet(self) -> Hours | None:
        """When news that can wait does; None for never: the telephones drawn at /demo wake nobody."""
        connected = self.twilio_account_sid or self.telegram_citizen_token
        return Hours.read(self.quiet_hours) if connected and self.quiet_hours else None

    @property
    def answered(self) -> Hours | None:
        """When somebody answers the number callers are put through to; None for always."""
        return Hours.read(self.phone_hours) if self.phone_hours else None

    @field_validator("drill")
    @classmethod
    def _weekly(cls, value: str | None) -> str | None:
        day, _, clock = (value or "").partition(" ")
        if value and (day not in WEEKDAYS or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock)):
            raise ValueError("must be a day and a time, e.g. tuesday 10:00")
        return value

    @field_validator("sms_gateway_body", "voice_gateway_body")
    @classmethod
    def _json_object(cls, value: str) -> str:
        if not isinstance(json.loads(value), dict):
            raise ValueError("must be a JSON object")
        return value

    @field_validator("geocoder_base_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("must be a web address: https://api-adresse.data.gouv.fr")
        return value

    @property
    def streets_file(self) -> Path:
        """Where imported addresses are kept."""
        return self.data_dir / "places" / "streets.bin"

    @property
    def embedded(self) -> bool:
        """Whether Vigie runs its own PostgreSQL, for trying it out on one machine."""
        return self.database_url is None

    @property
    def base_url(self) -> str:
        """Where citizens and providers reach us, without a trailing slash."""
        return (self.public_base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def speech_folder(self) -> Path:
        """Where models that hear are kept."""
        return self.data_dir / "speech"

    @property
    def zone(self) -> ZoneInfo:
        """The zone calendars think in."""
        return zone_named(self.time_zone)


def share_metrics(folder: Path) -> None:
    """Have every process of this machine write its metrics to ``folder``; before prometheus_client is imported."""
    os.environ[METRICS] = str(folder)  # noqa: TID251 (prometheus_client has no other way to be told)


def metrics_folder() -> str | None:
    """Where metrics are shared between processes, None when there is only this one."""
    return os.environ.get(METRICS)  # noqa: TID251 (set by share_metrics in the parent process)


METRICS = "PROMETHEUS_MULTIPROC_DIR"


def wrong_settings(error: ValidationError) -> str:
    """Which settings are wrong, for the person who wrote them; never what was written, which may be a secret."""
    lines = (f"VIGIE_{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors())
    return "\n".join(["Settings are wrong (see .env.example):", *lines])
