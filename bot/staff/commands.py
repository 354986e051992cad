"""The commands, the same on every platform: words in, plain French out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff import answers, mutes, swaps
from nlp_models.folding import fold
from routing.domain.oncall import Person
from routing.service.desk import Desk
from routing.store import reports, roster

# The verb as typed without accents, and what the platform's menu says of it (Telegram: at most 256 characters).
VERBS = {
    "qui": "Qui est d'astreinte maintenant",
    "incident": "Où en est un incident",
    "ouverts": "Les incidents en cours",
    "astreinte": "Appeler l'astreinte métropolitaine",
    "garde": "Mes prochaines gardes",
    "echange": "Échanger une garde avec un collègue",
    "releve": "Prendre l'astreinte et ce qui est en cours",
    "sourdine": "Ne plus être appelé pour un incident ou un service pendant un temps",
    "aide": "Ce que je sais faire",
}


@dataclass(frozen=True, slots=True)
class Agent:
    """Who speaks or clicks. ``name`` is shown to colleagues; ``person`` is their id in the roster, None outside it."""

    name: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One command. ``key`` is the provider's name for it (``provider``, ``external id``): it acts once."""

    verb: str
    rest: str
    provider: str
    key: str
    prefix: str = "/"


async def agent_of(session: AsyncSession, shown: str, *, slack: str = "", telegram: int | None = None) -> Agent:
    """The person of the roster with this account, else somebody known by the name the platform shows."""
    people = (await roster.load(session)).people.values()
    known: Person | None = next(
        (one for one in people if (slack and one.slack == slack) or (telegram and one.telegram == telegram)), None
    )
    return Agent(known.name, known.id) if known else Agent(shown)


def parse(words: str) -> tuple[str, str]:
    """(verb, rest) of what was typed; help for nothing or an unknown verb."""
    first, _, rest = words.strip().partition(" ")
    verb = fold(first)
    return (verb, rest.strip()) if verb in VERBS else ("aide", "")


async def answer(session: AsyncSession, desk: Desk, agent: Agent, asked: Asked) -> str:
    """What to tell the person. Raises RoutingError (a refusal in words). Delivered twice, a command acts once."""
    verbs: dict[str, Callable[[], Awaitable[str]]] = {
        "qui": lambda: answers.who_is_on_call(session, desk, asked.rest),
        "incident": lambda: answers.incident_summary(session, desk, asked.rest),
        "ouverts": lambda: answers.open_incidents(session, desk),
        "garde": lambda: answers.my_shifts(session, desk, agent.person),
        "astreinte": lambda: _once(
            session, desk, asked, lambda: answers.call_the_duty(session, desk, agent.name, asked.rest)
        ),
        "echange": lambda: _once(
            session,
            desk,
            asked,
            lambda: swaps.swap(session, desk, agent.name, agent.person, asked.rest, asked.prefix),
        ),
        "releve": lambda: _once(
            session,
            desk,
            asked,
            lambda: swaps.hand_over(session, desk, agent.name, agent.person, asked.rest, asked.prefix),
        ),
        "sourdine": lambda: (
            _once(
                session,
                desk,
                asked,
                lambda: mutes.mute(session, desk, agent.name, agent.person, asked.rest, asked.prefix),
            )
            if asked.rest.strip()
            else mutes.silent_now(session, desk, asked.prefix)
        ),
    }
    verb = verbs.get(asked.verb)
    return await verb() if verb else answers.HELP.format(prefix=asked.prefix)


async def _once(session: AsyncSession, desk: Desk, asked: Asked, act: Callable[[], Awaitable[str]]) -> str:
    """Act unless this very command was kept already."""
    kept = await reports.keep_event(session, asked.provider, asked.key, "text/plain", asked.rest.encode(), desk.now())
    return "C'est déjà fait." if kept is None else await act()
