"""The Telegram stand-in against Telegram's own specification, and the real client against the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.clock import DrivenClock
from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.html import parse
from tests.standins.telegram.methods import METHODS
from tests.standins.telegram.network import Chat
from tests.standins.telegram.spec import problems, spec

GROUP, FORUM, ANA, BOT = -1001, -1002, 1001, 900


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(DrivenClock()) as stand_in:
        stand_in.add_bot(BOT, "VigieStaffBot")
        stand_in.network.add_user(ANA, "Ana", "Martin")
        stand_in.network.add_group(GROUP, "Voirie", ANA, BOT)
        stand_in.network.add_group(FORUM, "Forum", ANA, admins=(BOT,), forum=True)
        stand_in.mistakes_expected = True
        yield stand_in
    stand_in.check()


async def call(telegram: TelegramStandIn, method: str, token: str | None = None, **fields: Any) -> httpx.Response:
    """One raw call, as any client could make it."""
    token = token or next(iter(telegram.accounts))
    async with httpx.AsyncClient() as client:
        return await client.post(f"{telegram.origin}/bot{token}/{method}", data=fields)


def group(telegram: TelegramStandIn, id: int = GROUP) -> Chat:
    return telegram.network.chats[id]


@pytest.mark.skipif(spec() is None, reason="../shared/contracts is not there")
def test_the_table_of_methods_is_telegrams() -> None:
    known = spec()
    assert known is not None
    kinds = {"Integer": "integer", "String": "string", "Boolean": "boolean"}
    for name, method in METHODS.items():
        fields = {each["name"]: each for each in known["methods"][name].get("fields", [])}
        assert set(method.arguments) <= set(fields), name
        needed = {each for each, field in fields.items() if field["required"]}
        assert needed <= set(method.required), name
        for each, kind in method.arguments.items():
            given = fields[each]["types"]
            expected = "chat" if len(given) > 1 and "Integer" in given else kinds.get(given[0], "object")
            assert kind == ("list" if given[0].startswith("Array") else expected), (name, each)


@pytest.mark.skipif(spec() is None, reason="../shared/contracts is not there")
def test_the_specification_finds_what_is_wrong() -> None:
    assert problems(["User"], {"id": 1, "is_bot": False}) == ["/User: first_name is missing"]
    assert problems(["Message", "Boolean"], True) == []
    assert problems(["Update"], {"update_id": "x"})


@pytest.mark.parametrize(
    ("method", "fields", "status", "words"),
    [
        ("sendSmoke", {"chat_id": GROUP}, 404, "Not Found: method not found"),
        ("sendMessage", {"chat_id": GROUP, "text": "a", "colour": "red"}, 400, "unknown argument colour"),
        ("sendMessage", {"chat_id": GROUP}, 400, "text is missing"),
        ("sendMessage", {"chat_id": "midi", "text": "a"}, 400, "can't parse chat_id"),
        ("sendMessage", {"chat_id": GROUP, "text": "a", "disable_notification": "3"}, 400, "must be bool"),
        ("sendMessage", {"chat_id": 5, "text": "a"}, 400, "chat not found"),
        ("sendMessage", {"chat_id": ANA, "text": "a"}, 400, "chat not found"),  # she never pressed Start
        ("sendMessage", {"chat_id": GROUP, "text": " "}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": GROUP, "text": "é" * 4097}, 400, "message is too long"),
        ("sendMessage", {"chat_id": GROUP, "text": "<b>a", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ("sendMessage", {"chat_id": GROUP, "text": "a < b", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ("sendMessage", {"chat_id": GROUP, "text": "a", "message_thread_id": 7}, 400, "message thread not found"),
        ("sendMessage", {"chat_id": FORUM, "text": "a", "message_thread_id": 1}, 400, "message thread not found"),
        (
            "sendMessage",
            {"chat_id": GROUP, "text": "a", "reply_parameters": '{"message_id": 99}'},
            400,
            "message to be replied not found",
        ),
        (
            "sendMessage",
            {
                "chat_id": GROUP,
                "text": "a",
                "reply_markup": '{"inline_keyboard": [[{"text": "a", "callback_data": "' + "é" * 33 + '"}]]}',
            },
            400,
            "BUTTON_DATA_INVALID",
        ),
        ("createForumTopic", {"chat_id": GROUP, "name": "a"}, 400, "the chat is not a forum"),
        ("createForumTopic", {"chat_id": FORUM, "name": "a" * 129}, 400, "TOPIC_NAME_INVALID"),
        ("editMessageText", {"chat_id": GROUP, "message_id": 99, "text": "a"}, 400, "message to edit not found"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old"),
        ("getFile", {"file_id": "x"}, 400, "wrong file_id"),
        ("setWebhook", {"url": "http://a.example/x"}, 400, "HTTPS URL must be provided"),
        ("setWebhook", {"url": "https://a.example:8000/x"}, 400, "only on ports"),
        ("setWebhook", {"url": "https://a.example/x", "secret_token": "é"}, 400, "unallowed characters"),
        ("setMyCommands", {"commands": '[{"command": "Qui", "description": "x"}]'}, 400, "BOT_COMMAND_INVALID"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    telegram: TelegramStandIn, method: str, fields: dict[str, Any], status: int, words: str
) -> None:
    answer = await call(telegram, method, **fields)
    assert answer.status_code == status
    body = answer.json()
    assert body["ok"] is False
    assert body["error_code"] == status
    assert words in body["description"]


async def test_a_foreign_token_is_nobodys(telegram: TelegramStandIn) -> None:
    assert (await call(telegram, "getMe", "900:other")).status_code == 401
    assert (await call(telegram, "getMe", "nonsense")).status_code == 404


async def test_the_group_moved_and_the_bot_was_thrown_out(telegram: TelegramStandIn) -> None:
    telegram.network.add_group(-7, "Petit", ANA, BOT)
    telegram.network.chats[-7].migrated_to = GROUP
    answer = (await call(telegram, "sendMessage", chat_id=-7, text="a")).json()
    assert answer["parameters"] == {"migrate_to_chat_id": GROUP}
    group(telegram).members[BOT] = "kicked"
    answer = (await call(telegram, "sendMessage", chat_id=GROUP, text="a")).json()
    assert answer["description"] == "Forbidden: bot was kicked from the supergroup chat"


async def test_the_same_edit_twice_and_somebody_elses_message(telegram: TelegramStandIn) -> None:
    sent = (await call(telegram, "sendMessage", chat_id=GROUP, text="a &lt; b", parse_mode="HTML")).json()["result"]
    same = await call(telegram, "editMessageText", chat_id=GROUP, message_id=sent["message_id"], text="a < b")
    assert "message is not modified" in same.json()["description"]
    theirs = telegram.network.put(group(telegram), ANA, text="bonjour")
    answer = await call(telegram, "editMessageText", chat_id=GROUP, message_id=theirs.id, text="x")
    assert "message can't be edited" in answer.json()["description"]
    assert group(telegram).said_by(BOT)


async def test_a_rate_that_is_breached_is_answered_429_and_fails_the_test(telegram: TelegramStandIn) -> None:
    for number in range(5):
        answer = await call(telegram, "sendMessage", chat_id=GROUP, text=f"{number}")
    assert answer.status_code == 429
    assert answer.json()["parameters"]["retry_after"] >= 1
    telegram.clock.advance(timedelta(seconds=60))  # type: ignore[attr-defined]
    for _ in range(20):
        telegram.clock.advance(timedelta(seconds=1.5))  # type: ignore[attr-defined]
        assert (await call(telegram, "sendMessage", chat_id=GROUP, text="x")).status_code == 200
    for _ in range(30):
        telegram.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
        answer = await call(telegram, "sendMessage", chat_id=GROUP, text="x")
    assert answer.status_code == 429  # one a second, but more than twenty a minute
    with pytest.raises(AssertionError, match="too early"):
        telegram.check()
    telegram.breaches_expected = True
    group(telegram).said_by(BOT)


async def test_asking_for_updates_confirms_and_two_cannot_ask(telegram: TelegramStandIn) -> None:
    await telegram.people.write(GROUP, ANA, "/qui voirie")
    first = (await call(telegram, "getUpdates")).json()["result"]
    assert [each["message"]["text"] for each in first] == ["/qui voirie"]
    assert (await call(telegram, "getUpdates")).json()["result"] == first  # nothing was confirmed
    offset = first[-1]["update_id"] + 1
    waiting = asyncio.create_task(call(telegram, "getUpdates", offset=offset, timeout=50))
    await next(iter(telegram.accounts.values())).asking.wait()
    second = asyncio.create_task(call(telegram, "getUpdates", offset=offset, timeout=50))
    assert (await waiting).status_code == 409
    await telegram.people.write(GROUP, ANA, "/ouverts")
    assert [each["message"]["text"] for each in (await second).json()["result"]] == ["/ouverts"]
    await call(telegram, "setWebhook", url="https://a.example/x")
    assert (await call(telegram, "getUpdates")).status_code == 409


async def test_privacy_keeps_chatter_from_the_bot_unless_it_is_admin(telegram: TelegramStandIn) -> None:
    await telegram.people.write(GROUP, ANA, "on mange où ?")
    await telegram.people.write(FORUM, ANA, "on mange où ?")
    heard = (await call(telegram, "getUpdates")).json()["result"]
    assert [each["message"]["chat"]["id"] for each in heard] == [FORUM]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<b>a</b> &amp; &lt;i&gt; &#233;", "a & <i> é"),
        ('<a href="https://x.example/?a=1&amp;b=2">carte</a>', "carte"),
        ("<blockquote expandable>a\nb</blockquote>", "a\nb"),
    ],
)
def test_html_is_read_as_telegram_reads_it(raw: str, text: str) -> None:
    assert parse(raw)[0] == text
