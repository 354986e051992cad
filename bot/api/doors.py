"""What every route of the interface shares: the house, the token, and one form for every error."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from bot.api.schemas import Problems
from bot.house import DatabaseAway, House
from intake.errors import IntakeError, TooMany
from intake.replies import emergency
from routing.errors import Conflict, NotFound, RoutingError

bearer = HTTPBearer(auto_error=False, description="VIGIE_API_TOKEN")


def house_of(request: Request) -> House:
    """The house behind this application."""
    house: House = request.app.state.house
    return house


async def require_token(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    """401 unless the bearer token is the configured one (compared in constant time)."""
    expected = house_of(request).api_token
    if given is None or not secrets.compare_digest(given.credentials.encode(), expected.encode()):
        raise HTTPException(401, "missing or wrong token: send Authorization: Bearer VIGIE_API_TOKEN")


TheHouse = Annotated[House, Depends(house_of)]
Errors: dict[int | str, dict[str, Any]] = {
    401: {"model": Problems, "description": "No token, or a wrong one"},
    413: {"model": Problems, "description": "Body over 64 KiB"},
    422: {"model": Problems, "description": "Something in the request is wrong"},
    503: {"model": Problems, "description": "The database is away; nothing was kept, try again"},
}
Missing: dict[int | str, dict[str, Any]] = {404: {"model": Problems, "description": "No such reference"}}
TooOften: dict[int | str, dict[str, Any]] = {429: {"model": Problems, "description": "More than is taken in an hour"}}
Refused: dict[int | str, dict[str, Any]] = {409: {"model": Problems, "description": "The state does not allow it"}}


def problems(status: int, *items: tuple[list[str | int], str], headers: dict[str, str] | None = None) -> Response:
    """An error answer in the interface's one form."""
    detail = [{"loc": loc, "msg": message} for loc, message in items]
    return JSONResponse({"detail": detail}, status_code=status, headers=headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # The input is not repeated: it may hold personal data.
    return problems(422, *((list(item["loc"]), str(item["msg"])) for item in error.errors()))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(unread := error.__cause__, UnicodeDecodeError):
        return problems(422, (["body", unread.start], "not UTF-8 at this byte: send the JSON in UTF-8"))
    status = 422 if error.status_code == 400 else error.status_code
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else dict(error.headers or {})
    where: list[str | int] = ["header", "authorization"] if status == 401 else ["path" if status == 404 else "request"]
    return problems(status, (where, str(error.detail)), headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    statuses = ((NotFound, 404), (Conflict, 409), (TooMany, 429))
    status = next((status for kind, status in statuses if isinstance(error, kind)), 422)
    return problems(status, (["path"] if status == 404 else ["body"], str(error)))


async def _away(request: Request, error: Exception) -> Response:
    message = f"La base ne répond pas, rien n'a été enregistré : réessayez dans quelques secondes. {emergency()}"
    return problems(503, (["server"], message), headers={"Retry-After": "5"})


def register_errors(app: FastAPI) -> None:
    """Give every refusal its status and the one form."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RoutingError, _refused)
    app.add_exception_handler(IntakeError, _refused)
    app.add_exception_handler(DatabaseAway, _away)
