"""What a second provider tells: keys pressed, what became of a call, words written back.

Every address is ours, with a seal that nobody can guess (bot/phone/gateway.py).
"""

from __future__ import annotations

import hmac
import json
import logging
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import House
from bot.phone.gateway import NAME, seal
from routing.domain.paging import Delivery
from routing.domain.redaction import readable
from routing.errors import Conflict, NotFound
from routing.service.answer_text import answer_by_text
from routing.service.news import hear
from routing.service.talk import answer_on_the_line, tell_on_the_line

log = logging.getLogger(__name__)

INBOX = "messages"
KEYS = {"1": True, "2": False}


class GatewayDoor:
    """The routes under /webhooks/gateway."""

    def __init__(self, house: House) -> None:
        self._house = house

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(prefix="/webhooks/gateway", tags=["webhooks"])
        router.add_api_route("/pages", self.page, methods=["POST"], response_class=Response)
        router.add_api_route("/messages", self.message, methods=["POST"], response_class=Response)
        return router

    async def page(self, request: Request) -> Response:
        """``{"key": "1"}`` or ``{"status": "missed"}`` (queued, underway, missed, arrived, over) about one page."""
        page, fields = request.query_params.get("page", ""), await _fields(request)
        if not self._sealed(request, page) or not page.isascii() or not page.isdecimal() or len(page) > 17:
            return Response(status_code=403)
        ref, desk = f"{NAME}/{page}", self._house.desk

        async def work(session: AsyncSession) -> None:
            if (key := str(fields.get("key", ""))) in KEYS:
                call = await tell_on_the_line(session, desk, int(page), ref)
                told = [subject.page for subject in call.subjects] or [call.page]
                await answer_on_the_line(session, desk, int(page), ref, told, takes=KEYS[key])
            elif (status := str(fields.get("status", ""))) in list(Delivery):
                await hear(session, desk, int(page), ref, Delivery(status))

        try:
            await self._house.run(work)
        except (Conflict, NotFound):
            return Response(status_code=204)
        except Exception:
            log.exception("news of a page could not be kept", extra={"page": page})
            return Response(status_code=503)
        return Response(status_code=204)

    async def message(self, request: Request) -> Response:
        """``{"from": "+33…", "text": "OK 4K7Q", "id": "…"}``: an answer by text. Gives back what to write."""
        if not self._sealed(request, INBOX):
            return Response(status_code=403)
        fields = await _fields(request)
        number, name = str(fields.get("from", ""))[:20], readable(str(fields.get("id", "")))[:64]
        words = readable(str(fields.get("text", "")))[:200]

        async def work(session: AsyncSession) -> str | None:
            return await answer_by_text(session, self._house.desk, number, words, provider=NAME, external_id=name)

        return JSONResponse({"reply": await self._house.run(work)})

    def _sealed(self, request: Request, subject: str) -> bool:
        given = request.query_params.get("seal", "")
        return hmac.compare_digest(given.encode(), seal(self._house.api_token, subject).encode())


async def _fields(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.body())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
