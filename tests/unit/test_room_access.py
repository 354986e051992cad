"""Who may use the room's screen: everybody on the trial installation, whoever knows the token elsewhere."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from bot.bootstrap import build
from bot.console.access import (
    DEFAULT_NAME,
    NAME_COOKIE,
    SESSION_COOKIE,
    SignInNeeded,
    check,
    name_of,
    remember_name,
    same_site,
    session_of,
    sign_in,
)
from bot.house import House
from bot.settings import Settings
from tests.city import read_catalogue

pytestmark = pytest.mark.usefixtures("empty_environment")
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"  # nothing here ever connects


@cache
def house(token: str = "token", address: str = "https://vigie.example", *, trial: bool = False) -> House:
    """A house on a database of the city's own, or on the embedded one."""
    database = None if trial else SecretStr(NOWHERE)
    settings = Settings(database_url=database, api_token=SecretStr(token), public_base_url=address)
    return build(settings, NOWHERE, catalogue=read_catalogue())


@pytest.fixture
def city_house() -> House:
    """A real installation."""
    return house()


@pytest.fixture
def trial_house() -> House:
    """The embedded default."""
    return house(trial=True)


def asked(method: str = "GET", house: House | None = None, cookie: str = "", **headers: str) -> Request:
    """What a browser sends."""
    app = FastAPI()
    app.state.house = house
    sent = {"host": "vigie.example", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if cookie:
        sent["cookie"] = cookie
    lines = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    return Request({"type": "http", "method": method, "path": "/salle", "headers": lines, "app": app})


def signed_in(house: House) -> str:
    """The cookie of a browser that gave the token."""
    response = Response()
    sign_in(response, house)
    return response.headers["set-cookie"]


def test_anybody_may_try_the_trial_installation(trial_house: House) -> None:
    check(asked(house=trial_house))
    check(asked("POST", trial_house, sec_fetch_site="same-origin"))


def test_elsewhere_a_session_is_needed(city_house: House) -> None:
    with pytest.raises(SignInNeeded):
        check(asked(house=city_house))
    with pytest.raises(SignInNeeded):
        check(asked(house=city_house, cookie=f"{SESSION_COOKIE}=guess"))


def test_whoever_signed_in_comes_in(city_house: House) -> None:
    check(asked(house=city_house, cookie=signed_in(city_house).partition(";")[0]))


def test_a_new_token_ends_every_session(city_house: House) -> None:
    cookie = signed_in(city_house).partition(";")[0]
    with pytest.raises(SignInNeeded):
        check(asked(house=house("another"), cookie=cookie))


def test_the_session_does_not_hold_the_token_and_no_script_reads_it(city_house: House) -> None:
    cookie = signed_in(city_house)
    assert "token" not in cookie
    assert session_of(city_house) in cookie
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


def test_without_https_the_session_still_comes_back() -> None:
    assert "Secure" not in signed_in(house(address="http://vigie.local:8000"))


def test_an_accent_in_the_session_is_only_a_wrong_session(city_house: House) -> None:
    with pytest.raises(SignInNeeded):
        check(asked(house=city_house, cookie=f"{SESSION_COOKIE}=é"))


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_posted_from_another_site_is_refused(trial_house: House, site: str) -> None:
    with pytest.raises(HTTPException, match="403"):
        check(asked("POST", trial_house, sec_fetch_site=site))


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://vigie.example.evil.example", "null", "https://vigie.example:444"]
)
def test_an_older_browser_is_judged_by_its_origin(origin: str) -> None:
    with pytest.raises(HTTPException, match="403"):
        same_site(asked("POST", origin=origin))


def test_ones_own_forms_are_taken() -> None:
    same_site(asked("POST"))
    same_site(asked("POST", origin="https://vigie.example", sec_fetch_site="same-origin"))
    same_site(asked("POST", sec_fetch_site="none"))


def test_a_link_from_another_site_still_opens_the_screen(trial_house: House) -> None:
    check(asked("GET", trial_house, sec_fetch_site="cross-site"))


@pytest.mark.parametrize("name", ["Ana Martin", "Zoé Hardy", "Ana; Path=/", "安娜", "O'Neil, 50 %"])
def test_a_name_is_remembered_as_it_was_given(name: str) -> None:
    response = Response()
    remember_name(response, f"  {name} ")
    cookie = response.headers["set-cookie"].partition(";")[0]
    assert name_of(asked(cookie=cookie)) == name


def test_a_name_cannot_add_a_header_of_its_own() -> None:
    response = Response()
    remember_name(response, "Ana\r\nX-Other: 1")
    assert "x-other" not in response.headers
    assert not set("\r\n") & set(response.headers["set-cookie"])


@pytest.mark.parametrize("kept", ["", f"{NAME_COOKIE}=", f"{NAME_COOKIE}=%20%20", "other=1"])
def test_whoever_gave_no_name_is_an_operator_of_the_room(kept: str) -> None:
    assert name_of(asked(cookie=kept)) == DEFAULT_NAME


def test_a_name_has_eighty_signs_at_most() -> None:
    assert name_of(asked(cookie=f"{NAME_COOKIE}={quote('é' * 200)}")) == "é" * 80


def test_a_sign_the_database_refuses_is_not_part_of_a_name() -> None:
    assert "\x00" not in name_of(asked(cookie=f"{NAME_COOKIE}=Ana%00Martin"))
