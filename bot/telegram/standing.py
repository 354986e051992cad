"""How Telegram sees our bots, for whoever runs Vigie."""

from __future__ import annotations

from bot.settings import Settings
from bot.telegram.account import connect, sorted_problems
from bot.telegram.reach import by_webhook
from routing.ports import DeliveryProblem

WAITING = 20  # updates that wait for us before it is worth a look


async def standing(settings: Settings) -> list[tuple[str, str, bool]]:
    """(which bot, what Telegram says, whether all is well) for each bot of the settings."""
    tokens = {"agents": settings.telegram_staff_token, "citizens": settings.telegram_citizen_token}
    found = []
    for which, token in tokens.items():
        if token is None:
            continue
        bot = connect(token, settings.telegram_base_url)
        try:
            with sorted_problems():
                me, hook = await bot.get_me(), await bot.get_webhook_info()
        except DeliveryProblem as problem:
            found.append((which, f"Telegram does not let us in: {problem}", False))
            continue
        way = "called by webhook" if hook.url else "asks for updates"
        said = f"@{me.username} {way}, {hook.pending_update_count} waiting"
        if hook.last_error_message:
            said += f", last error: {hook.last_error_message[:80]}"
        expected = bool(hook.url) is by_webhook(settings)
        said += "" if expected else "; start Vigie once to set this right"
        found.append((which, said, expected and hook.pending_update_count < WAITING))
    return found
