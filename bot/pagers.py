"""Which ways there are to reach people on duty, by the accounts of the settings."""

from __future__ import annotations

from pydantic import SecretStr

from bot.phone.failover import InTurn, Provider
from bot.phone.gateway import Gateway, GatewayPager, GatewaySms, read_aloud, to_read
from bot.settings import Settings
from routing.domain.paging import SLACK, SMS, TELEGRAM, VOICE
from routing.ports import Clock, Pager


def duty_pagers(settings: Settings, clock: Clock, key: str) -> dict[str, Pager]:
    """A pager for each channel that an account serves; ``key`` seals the addresses a second provider is given."""
    providers: dict[str, list[Provider]] = {VOICE: [], SMS: []}
    sender = settings.twilio_from_number
    if settings.twilio and sender:
        from bot.phone.pager import SmsPager, VoicePager
        from bot.twilio.account import connect as connect_twilio

        client = connect_twilio(*settings.twilio, settings.twilio_base_url)
        providers[VOICE].append(VoicePager(client, clock, sender, settings.base_url))
        providers[SMS].append(SmsPager(client, clock, sender, settings.base_url))
    voice = _gateway(settings.voice_gateway_url, settings.voice_gateway_authorization, settings.voice_gateway_body)
    if voice is not None:
        providers[VOICE].append(GatewayPager(voice, read_aloud(settings.city), settings.base_url, key))
    texts = _gateway(settings.sms_gateway_url, settings.sms_gateway_authorization, settings.sms_gateway_body)
    if texts is not None:
        providers[SMS].append(GatewaySms(texts, to_read, settings.base_url, key))
    pagers: dict[str, Pager] = {channel: InTurn(several) for channel, several in providers.items() if several}
    if settings.slack_bot_token:
        from bot.slack.account import connect as connect_slack
        from bot.slack.duty import SlackPager

        pagers[SLACK] = SlackPager(connect_slack(settings.slack_bot_token, settings.slack_base_url))
    if settings.telegram_staff_token:
        from bot.telegram.account import connect as connect_telegram
        from bot.telegram.duty import TelegramPager

        pagers[TELEGRAM] = TelegramPager(connect_telegram(settings.telegram_staff_token, settings.telegram_base_url))
    return pagers


def _gateway(url: str | None, authorization: SecretStr | None, body: str) -> Gateway | None:
    return Gateway(url, authorization.get_secret_value() if authorization else None, body) if url else None
