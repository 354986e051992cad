"""The doors of providers whose account is connected."""

from __future__ import annotations

from fastapi import APIRouter

from bot.house import House
from bot.twilio.account import connect
from bot.twilio.texts import TwilioCalls
from intake.channels.phone import Lines, Phone
from intake.channels.twilio_guard import TwilioGuard
from intake.channels.twilio_messages import TwilioMessages


def routers(house: House) -> list[APIRouter]:
    """Their webhooks; none without an account."""
    return _twilio(house)


def _twilio(house: House) -> list[APIRouter]:
    settings = house.settings
    client = connect(settings)
    if client is None or settings.twilio_auth_token is None:
        return []
    guard = TwilioGuard(settings.twilio_auth_token.get_secret_value(), settings.base_url)
    lines = Lines(settings.base_url, settings.city, settings.phone_person, settings.twilio_from_number)
    return [
        Phone(house, guard, lines, TwilioCalls(client)).router(),
        TwilioMessages(house, guard).router(),
    ]
