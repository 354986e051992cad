"""The doors of providers whose account is connected; a provider's SDK is imported with its account."""

from __future__ import annotations

from bot.house import House
from bot.providers.opened import Doors


def doors(house: House) -> Doors:
    """The doors of every account of the settings; none without an account."""
    settings = house.settings
    found = Doors(house)
    if settings.twilio:
        from bot.providers.twilio import routers

        found.routers.extend(routers(house, *settings.twilio))
    if settings.sms_gateway_url or settings.voice_gateway_url:
        from bot.phone.gateway_door import GatewayDoor

        found.routers.append(GatewayDoor(house).router())
    if settings.slack_bot_token:
        from bot.providers.slack import open_doors

        open_doors(house, found, settings.slack_bot_token)
    if settings.telegram_staff_token:
        from bot.providers.telegram import open_staff_doors

        open_staff_doors(house, found, settings.telegram_staff_token)
    if settings.telegram_citizen_token:
        from bot.providers.telegram import open_citizen_doors

        open_citizen_doors(house, found, settings.telegram_citizen_token)
    return found
