"""Slack as the app sees it, strict and stateful. `SlackStandIn` is the server, `server.workspace` its state.

Signatures carry the clock of the test, not the machine's: a verifier under test must read the same clock.
"""

from tests.standins.slack.server import SlackStandIn as SlackStandIn
from tests.standins.slack.signing import signature as signature
from tests.standins.slack.workspace import Message as Message
