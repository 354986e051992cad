"""Who may act on which service's incidents, from the city's own file. Without a file everybody in the channel may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from routing.catalogue.source import Source
from routing.domain.incident import DispatchState
from routing.errors import CatalogueError
from routing.ports import Directory
from routing.store import incidents

EVERYBODY = None
SLACK_GROUP = re.compile(r"^S[A-Z0-9]{2,20}$")
ACCOUNT = re.compile(r"^([USW][A-Z0-9]{2,20}|\d{1,20})$")  # Slack user or user group, Telegram user
GONE = (DispatchState.CANCELLED, DispatchState.SKIPPED)
REFUSAL = "Vous n'êtes pas habilité·e à agir sur les incidents de ce service. Demandez à un collègue de l'équipe."


@dataclass(frozen=True, slots=True)
class Rights:
    """Accounts by service: Slack users (U…), Slack user groups (S…), Telegram users (digits)."""

    accounts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, services: Iterable[str]) -> frozenset[str] | None:
        """Accounts that may act for any of these services; EVERYBODY when none of them is restricted."""
        listed = [self.accounts[service] for service in services if service in self.accounts]
        return frozenset().union(*listed) if listed else EVERYBODY


async def may_act(
    session: AsyncSession, rights: Rights, directory: Directory, channel: str, incident_id: int
) -> frozenset[str] | None:
    """Accounts that may act on an incident from ``channel`` (``slack:C0VOIRIE``); EVERYBODY when it is unrestricted.

    The services that count are those mobilised for the incident that live in this channel.
    """
    if not rights.accounts:
        return EVERYBODY
    rows = [row for row in await incidents.dispatches_of(session, incident_id) if row.state not in GONE]
    here = {row.service for row in rows if channel == row.channel or channel in directory.channels_of(row.service)}
    return rights.of(here or {row.service for row in rows})


def groups(accounts: frozenset[str]) -> frozenset[str]:
    """The Slack user groups among these accounts."""
    return frozenset(account for account in accounts if SLACK_GROUP.match(account))


def read_rights(path: Path | None, services: Iterable[str]) -> Rights:
    """The rights file. Raises CatalogueError for an unknown service or something that is no account."""
    if path is None:
        return Rights()
    source = Source(path, root=path.parent)
    known, rows = set(services), source.data or {}
    if not source.problems and not isinstance(rows, dict):
        source.problems.append(source.at((), 'expected lines such as  voirie: ["U0ANA", "S0VOIRIE", 1001]'))
    for service, accounts in rows.items() if not source.problems else ():
        if service not in known:
            source.problems.append(source.at((service,), f"unknown service '{service}'"))
        if not isinstance(accounts, list) or not all(_is_account(account) for account in accounts):
            expected = 'expected a list such as ["U0ANA", "S0VOIRIE", 1001]'
            source.problems.append(source.at((service,), f"{service}: {expected}"))
    if source.problems:
        raise CatalogueError(source.problems)
    return Rights({service: frozenset(str(account) for account in accounts) for service, accounts in rows.items()})


def _is_account(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(ACCOUNT.match(str(value)))
