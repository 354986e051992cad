"""What is kept silent, on the page /astreinte: a service's calls that may wait, until when, why, and the end of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import access
from bot.console.duty import AGesture, Short
from routing.service.mute import mute_service, unmute

MINUTES = 24 * 60  # at most

router = APIRouter(prefix="/astreinte/sourdines", include_in_schema=False, dependencies=[Depends(access.check)])


@router.post("")
async def silence(
    form: AGesture,
    service: Short = "",
    duree: Annotated[int, Form(ge=1, le=MINUTES)] = 60,
    motif: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Nobody is called for what this service has that may wait."""
    until = form.desk.now() + timedelta(minutes=duree)

    async def work(session: AsyncSession) -> list[str]:
        _, waiting = await mute_service(session, form.desk, service, until=until, reason=motif, by=form.by)
        return [f"{waiting} incident(s) attendent jusque-là."] if waiting else []

    return await form.perform("Le service est en sourdine ; ce qui est critique appelle toujours.", work)


@router.post("/{number}/lever")
async def speak(form: AGesture, number: int) -> Response:
    """What waited calls now."""
    return await form.perform("La sourdine est levée.", lambda session: unmute(session, form.desk, number, by=form.by))
