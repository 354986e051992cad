"""The Bot API as bots see it, strict and stateful. `TelegramStandIn` is the server, `server.network` its state."""

from tests.standins.telegram.network import Message as Message
from tests.standins.telegram.server import TelegramStandIn as TelegramStandIn
