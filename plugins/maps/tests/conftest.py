"""Fixtures of the map's tests: ward polygons, real ones where there are, else squares of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, create_engine

from gateway.data.migrations import Migration, read_migrations
from plugins.maps.seed import seed
from plugins.maps.tests.files import PROJECT, shared_file


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """The plugin's tables, seeded, with no city around them; and the outbox, for events."""
    engine = create_engine(f"sqlite:///{tmp_path / 'maps.db'}")
    migrations = [
        *read_migrations("gateway", PROJECT / "gateway" / "events" / "migrations", "sqlite"),
        *read_migrations("maps", Path(__file__).parents[1] / "migrations", "sqlite"),
    ]
    with Session(engine) as opened:
        for migration in migrations:
            _run(opened, migration)
        seed(opened)
        opened.commit()
        yield opened
    engine.dispose()


def _run(session: Session, migration: Migration) -> None:
    for statement in migration.statements():
        session.connection().exec_driver_sql(statement)


@pytest.fixture(scope="session")
def polygons() -> Path:
    """The 168 wards' polygons, simplified to 10 m."""
    return shared_file("hcmc_wards_168_10m.geojson")


@pytest.fixture
def make_file(tmp_path: Path) -> Callable[[str], Path]:
    """``make_file(text)``: a file with that text."""

    def make(text: str) -> Path:
        path = tmp_path / "given.geojson"
        path.write_text(text, encoding="utf-8")
        return path

    return make
