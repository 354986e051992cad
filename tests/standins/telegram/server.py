"""The Telegram stand-in itself: the Bot API of several bots, files, and the hands of people."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

from tests.standins import faults
from tests.standins.faults import Fault
from tests.standins.rates import Limit, Steady, Window
from tests.standins.serving import Clock, StandIn
from tests.standins.telegram import arguments, messages
from tests.standins.telegram.errors import Mistake, Refused, wrong
from tests.standins.telegram.mail import Account, Mail, same
from tests.standins.telegram.methods import METHODS, READS
from tests.standins.telegram.network import Network, User
from tests.standins.telegram.people import People
from tests.standins.telegram.queries import Queries
from tests.standins.telegram.shapes import chat_json, user_json
from tests.standins.telegram.spec import problems, spec
from tests.standins.wire import Answer, Asked, Call

OVERALL = Window(30, 1)
PER_CHAT = Steady(1.0, burst=4)  # one a second, short bursts
PER_GROUP = Window(20, 60)
LARGEST_FILE = 20 << 20
POSTS = {"sendMessage": messages.send, "createForumTopic": messages.create_topic}
CHANGES = {
    "editMessageText": messages.edit_text,
    "editMessageReplyMarkup": messages.edit_markup,
    "deleteMessage": messages.delete,
    "closeForumTopic": messages.close_topic,
    "reopenForumTopic": messages.reopen_topic,
}
COMMAND_NAME, DESCRIPTION = 32, 256


class TelegramStandIn(StandIn):
    """Telegram with some bots. ``network`` is the state, which tests fill and read; ``people`` acts in it.

    Refusals that show a mistake of the client fail the test in `check` unless it set ``mistakes_expected``.
    """

    name = "telegram"
    quiet = READS

    def __init__(self, clock: Clock, *, port: int = 0) -> None:
        super().__init__(clock, port=port)
        self.network = Network(self.now)
        self.queries = Queries(self.network)
        self.mail = Mail(self.now)
        self.accounts: dict[str, Account] = {}
        self.people = People(self.network, self.queries, self.mail, self.accounts)
        self.commands: dict[int, list[dict[str, Any]]] = {}
        self.limits_off = False
        self.mistakes_expected = False
        self.turning_expected = False
        self._mistakes: list[str] = []
        self._drift: list[str] = []  # answers of ours that the specification does not allow

    async def __aexit__(self, *given: object) -> None:
        self.mail.closing.set()
        await super().__aexit__(*given)

    def add_bot(self, id: int, username: str, *, privacy: bool = True) -> Account:
        """A bot as BotFather makes one."""
        user = User(id, username.removesuffix("Bot"), username=username, is_bot=True)
        self.network.users[id] = user
        # Started again by hand, it does not use its numbers twice.
        account = Account(user, f"{id}:stand-in-{username}", privacy, numbers=count(int(self.now().timestamp())))
        self.accounts[account.token] = account
        return account

    def through_http(self, client: httpx.AsyncClient) -> People:
        """Webhooks reach the application through this client, whatever host they were registered for."""
        self.mail.client = client
        return self.people

    @staticmethod
    def failing(status: int, words: str, *, committed: bool = False, **parameters: Any) -> Fault:
        """The fault of a refusal."""
        return faults.answers(Answer.of_json(Refused(status, words, **parameters).body(), status), committed=committed)

    # One call

    def read(self, asked: Asked) -> Call:
        """The method and its arguments in their types, or Telegram's refusal."""
        if asked.path.startswith("/file/bot"):
            return Call("file", {"path": asked.path.partition("/file/bot")[2]}, asked)
        token, _, name = asked.path.removeprefix("/bot").partition("/")
        try:
            self._account(token)
            return Call(name, arguments.read(name, asked), asked)
        except Refused as refusal:
            return Call(name, {}, asked, self._no(name, refusal))

    def _account(self, token: str) -> Account:
        found = next((each for each in self.accounts.values() if same(token, each.token)), None)
        if found is None:
            raise Mistake(401, "") if ":" in token else Mistake(404, "")
        return found

    async def answer(self, call: Call) -> Answer:
        """Carry out one call."""
        if call.name == "file":
            return self._file(call.arguments["path"])
        token = call.asked.path.removeprefix("/bot").partition("/")[0]
        try:
            result = await self._carry_out(call.name, self._account(token), dict(call.arguments))
        except Refused as refusal:
            return self._no(call.name, refusal)
        if (known := spec()) and call.name != "getUpdates":  # updates are looked at when they are made
            self._drift += problems(known["methods"][call.name]["returns"], result, call.name)
        return Answer.of_json({"ok": True, "result": result})

    async def _carry_out(self, name: str, account: Account, given: dict[str, Any]) -> Any:
        if name in POSTS or name in CHANGES:
            return (POSTS | CHANGES)[name](self.network, account.user, given)
        if name == "getUpdates":
            return await self.mail.get_updates(account, given)
        if name == "setWebhook":
            return self.mail.set_webhook(account, given)
        if name == "deleteWebhook":
            return self.mail.delete_webhook(account, given)
        if name == "answerCallbackQuery":
            return self.queries.answer(account.user.id, given)
        return self._look(name, account, given)

    def _look(self, name: str, account: Account, given: dict[str, Any]) -> Any:
        if name == "getMe":
            return user_json(account.user) | {"can_join_groups": True, "can_read_all_group_messages": False,
                                              "supports_inline_queries": False}  # fmt: skip
        if name == "getWebhookInfo":
            waiting = len(account.waiting)
            return {"url": account.url, "has_custom_certificate": False, "pending_update_count": waiting}
        if name == "getChat":
            chat = self.network.reach(given["chat_id"], account.user)
            return chat_json(self.network, chat) | {"accent_color_id": 0, "max_reaction_count": 11,
                                                    "accepted_gift_types": _GIFTS}  # fmt: skip
        if name == "getFile":
            return self._file_json(given["file_id"])
        assert name == "setMyCommands", name
        self.commands[account.user.id] = _commands(given["commands"])
        return True

    def _file_json(self, id: str) -> dict[str, Any]:
        content = self.network.files.get(id)
        if content is None:
            raise Refused(400, "wrong file_id or the file is temporarily unavailable")
        if len(content) > LARGEST_FILE:
            raise Refused(400, "file is too big")
        return {"file_id": id, "file_unique_id": f"u{id}", "file_size": len(content), "file_path": f"kept/{id}"}

    def _file(self, path: str) -> Answer:
        token, _, rest = path.partition("/")
        content = self.network.files.get(rest.removeprefix("kept/")) if token in self.accounts else None
        if content is None:
            return Answer.of_json(Refused(404, "").body(), 404)
        return Answer(200, content, {"content-type": "application/octet-stream"})

    def _no(self, name: str, refusal: Refused) -> Answer:
        if isinstance(refusal, Mistake):
            self._mistakes.append(f"{name} was refused: {refusal.body()['description']}")
        return Answer.of_json(refusal.body(), refusal.status)

    # Rates, and the end of the test

    def limits(self, call: Call) -> dict[str, Limit]:
        """Messages count in their chat, in their group, and over all; edits in their chat and over all."""
        method = METHODS.get(call.name)
        if self.limits_off or method is None or not (method.posts or method.edits):
            return {}
        token = call.asked.path.removeprefix("/bot").partition("/")[0]
        chat = call.arguments.get("chat_id")
        found: dict[str, Limit] = {f"chat {chat}": PER_CHAT, f"bot {token.partition(':')[0]}": OVERALL}
        if method.posts and isinstance(chat, int) and chat < 0:
            found[f"group {chat}"] = PER_GROUP
        return found

    def limited(self, call: Call, retry_after: float | None) -> Answer:
        """429 as Telegram says it."""
        seconds = max(1, round((retry_after or 0) + 0.499))
        given = {} if retry_after is None else {"retry_after": seconds}
        words = f"Too Many Requests: retry after {seconds}" if given else "Too Many Requests"
        return Answer.of_json(Refused(429, words, **given).body(), 429)

    def mistakes(self) -> list[str]:
        """Calls no correct client would make."""
        return [] if self.mistakes_expected else self._mistakes

    def unexpected(self) -> list[str]:
        """Mistakes of the client, and what reached people without the test looking at it."""
        turning = [] if self.turning_expected else self.queries.unanswered()
        return self.mistakes() + turning + self._drift + self.mail.failures + self.network.unseen()


_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def _commands(given: list[Any]) -> list[dict[str, Any]]:
    for each in given:
        name, words = each.get("command", ""), each.get("description", "")
        if not (0 < len(name) <= COMMAND_NAME and name.isascii() and name == name.lower()):
            raise wrong("BOT_COMMAND_INVALID")
        if not 0 < len(words) <= DESCRIPTION:
            raise wrong("BOT_COMMAND_DESCRIPTION_INVALID")
    return given
