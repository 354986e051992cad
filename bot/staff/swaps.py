"""Exchanging duty and taking it over by words: ``echange``, ``releve``."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.words import day_and_time
from nlp_models.folding import fold
from routing.domain.oncall import Roster, Shift, SwapState
from routing.service.desk import Desk
from routing.service.hand_over import accept_hand_over
from routing.service.swap_shift import approve_swap, given_back, refuse_swap, request_swap, take_swap, withdraw_swap
from routing.store import hand_overs, roster
from routing.store.models import ShiftSwap

UNKNOWN_PERSON = "Je ne vous trouve pas dans le fichier d'astreinte : demandez à ce que votre compte y soit ajouté."
OFFERED = 5  # of one's own shifts in the list
WAITING = (SwapState.REQUESTED, SwapState.TAKEN)
HOW = """{prefix}echange demander N : chercher quelqu'un pour votre garde N de la liste
{prefix}echange prendre N : vous prenez l'échange N ; « prendre N contre M » : vous rendez votre garde M
{prefix}echange approuver N, refuser N, retirer N : pour l'échange N"""
NUMBERS = re.compile(r"(?P<swap>\d{1,9})(?: contre (?P<back>\d{1,9}))?")
NOT_YOURS = "C'est la demande de {name}, qui seul·e la retire ; pour la refuser : echange refuser {number}"
ASKS_NUMBER = "Dites un numéro de la liste, par exemple : echange {verb} 1"


async def swap(session: AsyncSession, desk: Desk, name: str, person: str | None, words: str, prefix: str) -> str:
    """The list without words, else one step of an exchange. Raises RoutingError (a refusal in words)."""
    if person is None:
        return UNKNOWN_PERSON
    verb, _, rest = fold(words).partition(" ")
    if verb not in ("demander", "prendre", "approuver", "refuser", "retirer"):
        return await _list(session, desk, person, prefix)
    numbers = NUMBERS.fullmatch(rest.strip())
    if numbers is None or (numbers["back"] and verb != "prendre"):
        return ASKS_NUMBER.format(verb=verb)
    number = int(numbers["swap"])
    if verb == "demander":
        return await _ask(session, desk, name, person, number)
    if verb == "prendre":
        return await _take(session, desk, name, person, number, numbers["back"])
    if verb == "approuver":
        return " ".join([f"L'échange {number} est approuvé.", *await approve_swap(session, desk, number, by=name)])
    if verb == "retirer" and (theirs := await _another(session, person, number)):
        return NOT_YOURS.format(name=theirs, number=number)
    await (refuse_swap if verb == "refuser" else withdraw_swap)(session, desk, number, by=name)
    return f"L'échange {number} est {'refusé' if verb == 'refuser' else 'retiré'}."


async def _another(session: AsyncSession, person: str, number: int) -> str | None:
    """Whose request it is, when it is somebody else's."""
    row = await session.get(ShiftSwap, number)
    if row is None or row.asker == person:
        return None
    known = (await roster.load(session)).people.get(row.asker)
    return known.name if known else row.asker


async def _ask(session: AsyncSession, desk: Desk, name: str, person: str, number: int) -> str:
    mine = _coming(await roster.load(session), desk, person)
    if not 1 <= number <= len(mine):
        return ASKS_NUMBER.format(verb="demander")
    shift = mine[number - 1]
    asked = await request_swap(session, desk, shift.rotation, person, shift.begins, shift.ends, by=name)
    return f"C'est demandé : échange {asked.id}, {_when(desk, shift)}. Vos collègues le voient dans la liste."


async def _take(session: AsyncSession, desk: Desk, name: str, person: str, number: int, against: str | None) -> str:
    back: Shift | None = None
    if against:
        mine = _coming(await roster.load(session), desk, person)
        if not 1 <= int(against) <= len(mine):
            return ASKS_NUMBER.format(verb=f"prendre {number} contre")
        back = mine[int(against) - 1]
    taken = await take_swap(session, desk, number, person, by=name, back=back)
    given = f" contre {_when(desk, back)}" if back else ""
    return f"Vous prenez l'échange {taken.id}{given}. Une troisième personne doit l'approuver."


async def _list(session: AsyncSession, desk: Desk, person: str, prefix: str) -> str:
    people = await roster.load(session)
    query = select(ShiftSwap).where(ShiftSwap.state.in_(WAITING), ShiftSwap.begins > desk.now())
    rows = [_line(people, desk, row) for row in await session.scalars(query.order_by(ShiftSwap.id))]
    mine = [f"{number}. {_when(desk, one)}" for number, one in enumerate(_coming(people, desk, person), 1)]
    return "\n".join(
        [
            *(["Échanges demandés", *rows] if rows else ["Personne ne cherche à échanger une garde."]),
            *(["Vos gardes à venir", *mine] if mine else []),
            HOW.format(prefix=prefix),
        ]
    )


def _line(people: Roster, desk: Desk, row: ShiftSwap) -> str:
    asker, taker = (people.people[one].name if one in people.people else one for one in (row.asker, row.taker or ""))
    said = f"{row.id} · {asker} donne {_when(desk, Shift(row.rotation, row.begins, row.ends))}"
    if not taker:
        return f"{said} · à prendre"
    back = f" contre {_when(desk, given)}" if (given := given_back(row)) else ""
    return f"{said} · {taker} la prend{back}, à approuver"


def _coming(people: Roster, desk: Desk, person: str) -> list[Shift]:
    """The person's next shifts that have not begun."""
    found = people.shifts_of(person, desk.now(), OFFERED)
    return [one for one in found if one.begins > desk.now()][:OFFERED]


def _when(desk: Desk, one: Shift) -> str:
    return f"{one.rotation}, du {day_and_time(one.begins, desk.zone)} au {day_and_time(one.ends, desk.zone)}"


async def hand_over(session: AsyncSession, desk: Desk, name: str, person: str | None, words: str, prefix: str) -> str:
    """What is handed over to this person, or their acceptance of it. Raises RoutingError."""
    if person is None:
        return UNKNOWN_PERSON
    mine = [row for row in await hand_overs.under_way(session) if row.incoming == person]
    if not mine:
        return "Aucune relève ne vous attend."
    if fold(words).strip() == "accepter":
        done = [await accept_hand_over(session, desk, row.id, by=name) for row in mine]
        rows = [f"Vous avez l'astreinte {row.rotation}." for row in done]
        rows += [f"{item['reference']} · {item['title']}" for row in done for item in row.pack]
        return "\n".join([*rows, *(f"En sourdine : {words}" for row in done for words in row.mutes)])
    said = []
    for row in mine:
        said.append(f"Relève {row.rotation}, {day_and_time(row.at, desk.zone)} : {len(row.pack)} incident(s) en cours")
        said += [f"{item['reference']} · {item['title']} · {item['place']}" for item in row.pack]
        said += [f"En sourdine : {words}" for words in row.mutes]
    return "\n".join([*said, f"{prefix}releve accepter : vous prenez l'astreinte et ce qui est en cours"])
