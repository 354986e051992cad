"""Who may use the room's screen: anybody on the embedded default, the bearer of the token elsewhere."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from bot.house import House
from routing.domain.redaction import readable

SESSION_COOKIE = "vigie_salle"
NAME_COOKIE = "vigie_nom"
YEAR = 365 * 24 * 3600
DEFAULT_NAME = "Opérateur de salle"


class SignInNeeded(Exception):
    """The room's screen was asked for without a session."""


def session_of(house: House) -> str:
    """The value a signed-in browser holds; it changes with the token."""
    return hmac.new(house.api_token.encode(), b"vigie console session", hashlib.sha256).hexdigest()


def digest(house: House, name: str) -> str:
    """A name that stays the same and that nobody without the token can read back."""
    return hmac.new(house.api_token.encode(), f"vigie origin {name}".encode(), hashlib.sha256).hexdigest()[:32]


def check(request: Request) -> None:
    """Raises SignInNeeded without a session, 403 for a form posted from another site."""
    house: House = request.app.state.house
    if request.method != "GET":
        same_site(request)
    if house.settings.embedded:
        return
    if not hmac.compare_digest(request.cookies.get(SESSION_COOKIE, "").encode(), session_of(house).encode()):
        raise SignInNeeded


def same_site(request: Request) -> None:
    """Refuse a form posted from another origin (the browser says where it comes from)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "formulaire posté depuis un autre site")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise HTTPException(403, "formulaire posté depuis un autre site")


def sign_in(response: Response, house: House) -> None:
    """Give the browser its session."""
    secure = house.settings.base_url.startswith("https://")
    response.set_cookie(SESSION_COOKIE, session_of(house), httponly=True, samesite="lax", secure=secure, max_age=YEAR)


def name_of(request: Request) -> str:
    """The name the person at the screen gave."""
    return readable(unquote(request.cookies.get(NAME_COOKIE, "")))[:80].strip() or DEFAULT_NAME


def remember_name(response: Response, name: str) -> None:
    """Keep the name for the next actions."""
    response.set_cookie(NAME_COOKIE, quote(name.strip()[:80]), httponly=True, samesite="lax", max_age=YEAR)
