"""What the stories of the telephone have in common."""

from __future__ import annotations

from sqlalchemy import select

from routing.store.models import Report
from tests.city import City

HOLE = "euh bonjour il y a un trou rue monge"
LAMP = "le lampadaire est éteint"


async def the_report(city: City) -> Report:
    """The only one there is."""
    async with city.session() as session:
        [report] = await session.scalars(select(Report))
        return report
