"""Places looked up after the incident was opened: by the national service, and without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.geocoding.national import NationalGeocoder
from bot.settings import Settings
from nlp_models.address_base import import_addresses
from nlp_models.place_words import place_words
from routing.domain.place import Place
from routing.ports import PermanentProblem, TemporaryProblem
from tests.city import City, founded, read_catalogue, settings_in
from tests.clock import DrivenClock
from tests.nlp.test_address_base import HEADER, row
from tests.standins.addresses import AddressesStandIn, Door
from tests.standins.faults import Fault, answers, broken, drip, dropped, hang, limited
from tests.standins.wire import Answer
from tests.understood import Scripted

HOLE = "voirie-nid-de-poule"
LAMP = "eclairage-lampadaire-eteint"
PATIENT = 30  # seconds: the tests' machine may be slow
MONGE = Door("12 bis", "Rue Monge", "21231", "Dijon", 47.3197, 5.0353)
SAID = "trou devant le 12 bis rue Monge"


@pytest.fixture
async def service() -> AsyncIterator[AddressesStandIn]:
    """The national service, knowing one door."""
    async with AddressesStandIn(DrivenClock()) as stand_in:
        stand_in.doors.append(MONGE)
        yield stand_in
    stand_in.check()


@pytest.fixture
async def asking(
    database_url: str, tmp_path: Path, scripted: Scripted, service: AddressesStandIn
) -> AsyncIterator[City]:
    """A city that asks the national service; what it does not know was imported."""
    settings = settings_in(tmp_path, geocoder_base_url=service.origin, geocoder_seconds=PATIENT)
    imported(settings, row(9, "", "Rue Berbisey", "21231", 47.3181, 5.0381))
    async with founded(database_url, tmp_path, scripted, settings=settings) as city:
        service.clock = city.clock
        scripted.expect(SAID, (HOLE, 0.95), place="12 bis rue Monge")
        yield city
        await city.check_nothing_unexpected()


def imported(settings: Settings, *rows: str) -> None:
    """Addresses as `vigie places import` leaves them."""
    file = settings.data_dir / "adresses.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    communes = {commune.insee: commune.name for commune in read_catalogue().communes.values()}
    import_addresses(file, settings.streets_file, communes, place_words("fr"))


async def on_the_map(city: City) -> str:
    """Where the newest card of the roads' department points."""
    return str((await city.cards("voirie"))[-1]["map_url"])


async def test_the_door_that_was_named_appears_on_the_card(asking: City, service: AddressesStandIn) -> None:
    await asking.opened(SAID)
    assert "mlat=47.31970&mlon=5.03530" in await on_the_map(asking)
    [asked] = service.journal.exactly("search")
    assert asked.arguments["q"] == "12 bis rue Monge"
    assert asked.arguments["citycode"] == "21231"


async def test_a_position_gets_its_address(asking: City, scripted: Scripted, service: AddressesStandIn) -> None:
    words = scripted.expect("un trou ici", (HOLE, 0.95), commune=None)
    incident = await asking.opened(words, lat=47.31972, lon=5.03532)
    assert (incident["place"], incident["commune"]) == ("12 bis Rue Monge", "Dijon")
    assert service.journal.exactly("reverse")


async def test_what_the_service_does_not_know_was_imported(
    asking: City, scripted: Scripted, service: AddressesStandIn
) -> None:
    await asking.opened(scripted.expect("trou au 9 rue Berbisey", (HOLE, 0.95), place="9 rue Berbisey"))
    assert "mlat=47.31810&mlon=5.03810" in await on_the_map(asking)
    assert service.journal.exactly("search")


@pytest.mark.parametrize("fault", [dropped(), broken(), limited()], ids=lambda fault: fault.name)
async def test_a_service_that_fails_holds_nothing_up(
    asking: City, scripted: Scripted, service: AddressesStandIn, fault: Fault
) -> None:
    """The incident is opened and carried out; the imported addresses answer; the service is left alone for a minute."""
    service.breaches_expected = True
    service.faults.add(fault, "search")
    await asking.opened(scripted.expect("trou au 9 rue Berbisey", (HOLE, 0.95), place="9 rue Berbisey"))
    assert "mlat=47.31810&mlon=5.03810" in await on_the_map(asking)
    other = await asking.opened(SAID)
    service.journal.exactly("search")
    assert other["dispatches"][0]["state"] == "sent"
    asking.clock.at += timedelta(seconds=61)
    await asking.opened(scripted.expect("lampe cassée", (LAMP, 0.95), place="12 bis rue Monge"))
    service.journal.exactly("search")


@pytest.mark.parametrize("fault", [hang(), drip()], ids=lambda fault: fault.name)
async def test_a_service_that_never_answers_is_not_waited_for(
    database_url: str, tmp_path: Path, scripted: Scripted, service: AddressesStandIn, fault: Fault
) -> None:
    settings = settings_in(tmp_path, geocoder_base_url=service.origin, geocoder_seconds=1.0)
    imported(settings, row(9, "", "Rue Berbisey", "21231", 47.3181, 5.0381))
    service.faults.add(fault, "search")
    async with founded(database_url, tmp_path, scripted, settings=settings) as city:
        await city.opened(scripted.expect("trou au 9 rue Berbisey", (HOLE, 0.95), place="9 rue Berbisey"))
        assert "mlat=47.31810&mlon=5.03810" in await on_the_map(city)


async def test_an_answer_of_another_form_is_a_failure(service: AddressesStandIn) -> None:
    geocoder = NationalGeocoder(service.origin, read_catalogue().communes, PATIENT)
    service.faults.add(answers(Answer.of_json({"features": [{"properties": {}}]})), "search")
    with pytest.raises(PermanentProblem, match="another form"):
        await geocoder.find(Place("12 bis rue Monge", "Dijon"))
    service.faults.add(answers(Answer.of_json({}, 503)), "search")
    with pytest.raises(TemporaryProblem, match="503"):
        await geocoder.find(Place("12 bis rue Monge", "Dijon"))


async def test_only_what_is_certain_and_ours_is_taken_over(service: AddressesStandIn) -> None:
    geocoder = NationalGeocoder(service.origin, read_catalogue().communes, PATIENT)
    assert await geocoder.find(Place("99 Rue Monge", "Dijon")) is None  # the street alone
    assert await geocoder.find(Place("12 bis rue Monge", "Chenôve")) is None
    assert await geocoder.find(Place("12 bis rue Monge", "Lyon")) is None  # not asked at all
    assert await geocoder.find(Place(None, "Dijon")) is None
    assert await geocoder.name(47.33, 5.05) is None  # more than a kilometre away
    service.doors.append(Door("1", "Rue de Lyon", "69381", "Lyon", 45.76, 4.83))
    assert await geocoder.name(45.76, 4.83) is None


async def test_without_a_service_the_imported_addresses_answer(
    database_url: str, tmp_path: Path, scripted: Scripted
) -> None:
    settings = settings_in(tmp_path)
    imported(settings, row(9, "", "Rue Berbisey", "21231", 47.3181, 5.0381))
    async with founded(database_url, tmp_path, scripted, settings=settings) as city:
        words = scripted.expect("un trou ici", (HOLE, 0.95), commune=None)
        incident = await city.opened(words, lat=47.31812, lon=5.03812)
        assert (incident["place"], incident["commune"]) == ("9 rue Berbisey", "Dijon")
        far = await city.opened(words, lat=47.3339, lon=5.0575)
        assert (far["place"], far["commune"]) == (None, "Dijon")


async def test_nothing_is_looked_up_where_nobody_can(city: City, scripted: Scripted) -> None:
    await city.opened(scripted.expect(SAID, (HOLE, 0.95), place="12 bis rue Monge"))
    assert "mlat" not in await on_the_map(city), "its address is searched for on the map, by whoever reads the card"
    assert city.house.geocoder is None
