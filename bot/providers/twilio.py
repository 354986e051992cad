"""What a connected Twilio account opens: calls, messages, calls to the duty, and callers' sound."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import SecretStr

from bot import speech
from bot.house import House
from bot.phone.callbacks import DutyPhone
from bot.twilio.account import connect
from bot.twilio.texts import TwilioCalls
from intake.channels.media_stream import MediaDoor
from intake.channels.phone import Phone
from intake.channels.phone_ports import Lines
from intake.channels.twilio_guard import TwilioGuard
from intake.channels.twilio_messages import TwilioMessages


def routers(house: House, account: str, token: SecretStr) -> list[APIRouter]:
    """The routes under /webhooks/twilio."""
    settings = house.settings
    guard = TwilioGuard(token.get_secret_value(), settings.base_url)
    ours = settings.twilio_from_number
    lines = Lines(settings.base_url, settings.city, settings.phone_person, ours, settings.answered)
    voice = speech.voice(settings) if house.ears else None
    calls = TwilioCalls(connect(account, token, settings.twilio_base_url))
    phone = Phone(house, guard, lines, calls, house.ears, speaks=voice is not None)
    room = settings.room_number or settings.phone_person
    found = [phone.router(), TwilioMessages(house, guard).router(), DutyPhone(house, guard, room, ours).router()]
    if house.ears is not None:
        found.append(MediaDoor(house, guard, house.ears, phone.question, voice).router())
    return found
