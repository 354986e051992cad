"""Photos, voice messages and recordings that wait at Twilio's.

Their addresses redirect to a store of Twilio's; the credentials go to Twilio's own host only, and nowhere else is read.
Source: https://www.twilio.com/docs/messaging/api/media-resource
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

import httpx

from bot.authorities import authorities
from bot.fetching import FETCH_TIME, read
from intake.ports import Fetched
from routing.ports import PermanentProblem, TemporaryProblem

API = "api.twilio.com"
STORES = re.compile(r"(?:[\w-]+\.)*twiliocdn\.com|s3-external-1\.amazonaws\.com|(?:[\w-]+\.)?s3\.amazonaws\.com")
HOPS = 3
NOT_YET = (404, 429)  # a recording is there some moments after its call


class TwilioMedia:
    """MediaSource of one account."""

    def __init__(self, account: str, token: str, base_url: str | None = None) -> None:
        self._account = account
        self._auth = httpx.BasicAuth(account, token)
        self._base = urlsplit(base_url) if base_url else None

    async def fetch(self, address: str, most: int) -> Fetched:
        """Raises DeliveryProblem."""
        url = self._own(address)
        try:
            async with httpx.AsyncClient(verify=authorities(), timeout=FETCH_TIME) as client:
                for hop in range(HOPS):
                    async with client.stream("GET", url, auth=None if hop else self._auth) as answer:
                        if not answer.is_redirect:
                            return await read(answer, most, whose="Twilio", later=NOT_YET)
                        url = self._store(str(httpx.URL(url).join(answer.headers.get("location", ""))))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise TemporaryProblem(f"Twilio: {type(error).__name__}") from error
        raise PermanentProblem("Twilio: trop de redirections")

    def _own(self, address: str) -> str:
        """An address of our account at Twilio's, where the settings say that is. Raises PermanentProblem."""
        asked = urlsplit(address)
        if (asked.scheme, asked.netloc) != ("https", API) or f"/Accounts/{self._account}/" not in asked.path:
            raise PermanentProblem("pas une adresse de notre compte")
        home = self._base or asked
        return urlunsplit((home.scheme, home.netloc, asked.path, asked.query, ""))

    def _store(self, address: str) -> str:
        there = urlsplit(address)
        ours = self._base is not None and (there.scheme, there.netloc) == (self._base.scheme, self._base.netloc)
        if not ours and (there.scheme != "https" or not STORES.fullmatch(there.netloc)):
            raise PermanentProblem("renvoi vers une adresse inconnue")
        return address
