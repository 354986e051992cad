"""Reports: a citizen's message comes in, and what became of it goes out."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api import views
from bot.api.doors import Errors, Missing, Refused, TheHouse, TooOften, require_token
from bot.api.schemas import Answer, NewReport, ReportReceipt, ReportView
from bot.house import House
from bot.observability import DANGERS, REPORTS
from intake import closed_question, open_question
from intake.channels.messages import take
from intake.errors import NothingSaid
from intake.models import Message, words
from intake.wording import say
from routing.store import reports

router = APIRouter(prefix="/api/v1", tags=["reports"], dependencies=[Depends(require_token)], responses=Errors)


@router.post("/reports", status_code=201, response_model_exclude_none=True)
async def post_report(
    body: NewReport,
    house: TheHouse,
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> ReportReceipt:
    """Keep a message and give it a reference; it is understood and routed within moments.

    The same Idempotency-Key twice gives the same report; with another body it is refused with 422, and nothing of it is
    kept. A mere greeting is refused with 422. A message of one digit from a contact who was asked a
    question is taken as the answer.
    """
    message = Message(
        channel=body.channel,
        text=words(body.text),
        provider="api",
        external_id=hashlib.sha256(idempotency_key.encode()).hexdigest() if idempotency_key else uuid4().hex,
        contact=body.contact or None,
        latitude=body.location.lat if body.location else None,
        longitude=body.location.lon if body.location else None,
        address=body.location.address if body.location else None,
        raw=await request.body(),
        content_type="application/json",
    )
    taken = await take(house, message)
    if not taken.reference:
        raise NothingSaid(taken.said or say("form.say_what", None))
    if idempotency_key and not await _same(house, message):
        said = f"this key was used for another message, kept as {taken.reference}: send this one under its own key"
        where = {"loc": ("header", "idempotency-key"), "msg": " ".join(filter(None, (taken.safety, said)))}
        raise RequestValidationError([where])
    REPORTS.labels(message.channel.value).inc()
    DANGERS.inc(1 if taken.danger else 0)
    return ReportReceipt(
        reference=taken.reference, tracking_url=f"{house.settings.base_url}/suivi/{taken.token}", advice=taken.safety
    )


async def _same(house: House, message: Message) -> bool:
    """Whether what is kept under this external id says the same; the order of its keys and its spaces do not count."""
    kept = await house.run(lambda session: reports.body_of_event(session, message.provider, message.external_id))
    return kept == message.raw or json.loads(kept) == json.loads(message.raw)


@router.get("/reports/{reference}", response_model_exclude_none=False, responses=Missing)
async def get_report(reference: str, house: TheHouse) -> ReportView:
    """A report and what became of it."""

    async def work(session: AsyncSession) -> ReportView:
        return await views.report_view(session, house, await reports.by_reference(session, reference))

    return await house.run(work)


@router.post("/reports/{reference}/answer", responses={**Missing, **Refused, **TooOften})
async def answer_question(reference: str, body: Answer, house: TheHouse) -> ReportView:
    """The citizen's answer to the question of an ``asked`` report, or to an agent's (``agent_asks``)."""

    async def work(session: AsyncSession) -> ReportView:
        found = await reports.by_reference(session, reference)
        report = await reports.locked(session, found.id)
        assert report is not None
        if body.text is not None:
            said = words(body.text, report.language)
            await open_question.answer_on_page(session, house.desk, report, said, house.danger(said))
        else:
            await closed_question.answer(session, house.desk, report, body.procedure or "")
        return await views.report_view(session, house, report)

    return await house.run(work)
