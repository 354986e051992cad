"""The playground: drawn telephones that write through the same public door as everybody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from bot.console import access
from bot.console.models import PhoneMessage
from bot.console.routes import TEMPLATES, TheHouse, shown
from bot.house import House
from routing.store.models import InboundEvent, Report

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Telephone:
    """A citizen of the playground; the number comes from the range kept for fiction."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on a drawn telephone; ``mine`` when the citizen wrote it."""

    at: datetime
    text: str
    mine: bool


TELEPHONES = (
    Telephone("+33639980001", "Mme Bouvier, retraitée"),
    Telephone("+33639980002", "Samir, livreur à vélo"),
    Telephone("+33639980003", "Boulangerie du Drapeau"),
    Telephone("+33639980004", "Lucie, étudiante"),
)
EXAMPLES = (
    ("Un nid-de-poule", "il y a un énorme trou rue d'Auxonne à Dijon, ma voiture a tapé dedans"),
    ("Le feu", "au secours il y a le feu au 3e étage de l'immeuble avenue du Drapeau, ça fume beaucoup"),
    ("Un accident", "gros accident boulevard de Sévigné, la route est bloquée, il y a des blessés"),
    ("Une lumière", "slt le lampadaire devant chez moi clignote depuis 3 jours rue Monge"),
    ("Des ordures", "on a encore jeté un canapé et des gravats au bord du chemin à Chenôve"),
    ("L'eau", "ça jaillit au milieu de la rue de Longvic, un vrai geyser !!"),
    ("Le tram", "le tram est arrêté entre deux stations depuis vingt minutes on étouffe là-dedans"),
    ("Un renseignement", "bonjour quel jour passe le camion des poubelles jaunes à Talant ?"),
    ("Pas clair", "c'est encore cassé devant l'école, ça fait trois fois"),
    ("Imprévu", "une montgolfière vient de se poser sur le rond-point, les gens descendent pour faire des photos"),
)


def only_embedded(request: Request) -> None:
    """The playground exists where there are no real citizens."""
    house: House = request.app.state.house
    if not house.settings.embedded:
        raise HTTPException(404, "la démonstration n'existe que sur l'installation d'essai")


router = APIRouter(prefix="/demo", include_in_schema=False, dependencies=[Depends(only_embedded)])


@router.get("")
async def playground(request: Request, house: TheHouse, de: str = "") -> Response:
    """The citizen's telephone, with ready examples."""
    return await _page(request, house, "demo.html", de)


@router.get("/messages")
async def messages(request: Request, house: TheHouse, de: str = "") -> Response:
    """The conversation as a fragment, for the live page."""
    return await _page(request, house, "_conversation.html", de)


@router.post("/sms")
async def send_sms(
    request: Request,
    house: TheHouse,
    de: Annotated[str, Form()] = "",
    texte: Annotated[str, Form(max_length=16_000)] = "",
) -> Response:
    """Send what was typed through POST /api/v1/reports, as a text message of this telephone."""
    access.same_site(request)
    telephone = _telephone(de)
    transport = httpx.ASGITransport(app=request.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://vigie") as client:
        answer = await client.post(
            "/api/v1/reports",
            json={"text": texte, "channel": "sms", "contact": telephone.number},
            headers={"Authorization": f"Bearer {house.api_token}"},
        )
    problem = "" if answer.is_success else answer.json()["detail"][0]["msg"]
    if request.headers.get("x-requested-with") == "fetch":
        return JSONResponse({"message": problem}, status_code=answer.status_code)
    return RedirectResponse(f"/demo?de={telephone.number.removeprefix('+')}", status_code=303)


async def _page(request: Request, house: House, template: str, number: str) -> Response:
    telephone = _telephone(number)

    async def work(session: AsyncSession) -> list[Bubble]:
        return await conversation(session, telephone.number)

    context = {
        "telephone": telephone,
        "telephones": TELEPHONES,
        "examples": EXAMPLES,
        "bubbles": await house.run(work),
        **shown(house),
    }
    return TEMPLATES.TemplateResponse(request, template, context)


def _telephone(number: str) -> Telephone:
    wanted = "+" + number.strip().lstrip("+ ")
    return next((item for item in TELEPHONES if item.number == wanted), TELEPHONES[0])


async def conversation(session: AsyncSession, number: str) -> list[Bubble]:
    """What this telephone wrote and received, oldest first."""
    written = await session.execute(
        select(InboundEvent.received_at, InboundEvent.body)
        .join(Report, Report.id == InboundEvent.report_id)
        .where(Report.contact == number, InboundEvent.provider == "api")  # the form's messages are no JSON
        .order_by(InboundEvent.id.desc())
        .limit(SHOWN)
    )
    received = await session.scalars(
        select(PhoneMessage).where(PhoneMessage.contact == number).order_by(PhoneMessage.id.desc()).limit(SHOWN)
    )
    bubbles = [Bubble(at, json.loads(body)["text"], True) for at, body in written]
    bubbles += [Bubble(row.at, row.text, False) for row in received]
    return sorted(bubbles, key=lambda bubble: bubble.at)[-SHOWN:]
