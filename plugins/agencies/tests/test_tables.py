"""The tables that the migrations make are those that the models say; seeding twice is seeding once."""

from __future__ import annotations

from sqlalchemy import Connection, inspect
from sqlmodel import Session, select

from gateway.host.testing import AskedCity as City
from plugins.agencies.models import AgencyRow, AssignmentRow, Table
from plugins.agencies.seed import seed


def columns_of(connection: Connection) -> dict[str, set[tuple[str, bool, bool]]]:
    """Table -> (name, nullable, part of the primary key) of each column, of the tables named ``agencies_``."""
    there = inspect(connection)
    return {
        table: {
            (c["name"], c["nullable"], c["name"] in there.get_pk_constraint(table)["constrained_columns"])
            for c in there.get_columns(table)
        }
        for table in there.get_table_names()
        if table.startswith("agencies_")
    }


async def test_the_migrations_make_what_the_models_say(city: City) -> None:
    said = {
        table.name: {(c.name, bool(c.nullable), c.primary_key) for c in table.columns}
        for table in Table.metadata.tables.values()
    }
    assert await city.hosted("agencies").database.read(lambda session: columns_of(session.connection())) == said


async def test_seeding_again_changes_nothing_that_an_administrator_added(city: City) -> None:
    def add(session: Session) -> None:
        session.add(AssignmentRow(category="GIAO_THONG", ward_code="26740", agency_key="TTCDS", basis="test"))

    def counts(session: Session) -> tuple[int, int]:
        return len(session.exec(select(AgencyRow)).all()), len(session.exec(select(AssignmentRow)).all())

    await city.hosted("agencies").database.change(add)
    await city.hosted("agencies").database.change(seed)
    assert await city.hosted("agencies").database.read(counts) == (188, 12)
