"""Cities with an account at the stand-ins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.settings import Settings
from tests.city import settings_in
from tests.standins.slack import SlackStandIn
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio.account import TwilioStandIn

BASE = "https://vigie.example.org"
PERSON = "+33199000017"
OURS = "+33939980000"


def with_twilio(folder: Path, twilio: TwilioStandIn, **more: Any) -> Settings:
    """Settings of a city whose account is the stand-in's."""
    return settings_in(
        folder,
        public_base_url=BASE,
        city="Dijon métropole",
        twilio_account_sid=twilio.sid,
        twilio_auth_token=twilio.token,
        twilio_from_number=OURS,
        twilio_whatsapp_number=OURS,
        twilio_base_url=twilio.origin,
        phone_person=PERSON,
        **more,
    )


def with_telegram(folder: Path, telegram: TelegramStandIn, **more: Any) -> Settings:
    """Settings of a city whose two bots are the stand-in's."""
    tokens = {account.user.username: account.token for account in telegram.accounts.values()}
    given: dict[str, Any] = {
        "public_base_url": BASE,
        "telegram_staff_token": tokens["VigieAgentsBot"],
        "telegram_citizen_token": tokens["VigieBot"],
        "telegram_webhook_secret": "stand-in-secret",
        "telegram_base_url": telegram.origin,
    }
    return settings_in(folder, **{**given, **more})


def with_slack(folder: Path, slack: SlackStandIn, **more: Any) -> Settings:
    """Settings of a city whose departments read the stand-in's workspace."""
    return settings_in(
        folder,
        public_base_url=BASE,
        slack_bot_token=slack.workspace.bot_token,
        slack_signing_secret=slack.workspace.signing_secret,
        slack_base_url=slack.url,
        **more,
    )
