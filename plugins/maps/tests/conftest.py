"""Fixtures of the map's tests: ward polygons, real ones where there are, else squares of our own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, create_engine

from gateway.data.migrations import Migration, read_migrations
from plugins.maps.seed import seed

PROJECT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("CONGDANSO_SHARED", PROJECT.parent / "shared"))


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


def shared_file(name: str) -> Path:
    """A file of the optional folder of shared data; the test is skipped without it."""
    path = SHARED / "data" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: set CONGDANSO_SHARED to test with it")
    return path


@pytest.fixture(scope="session")
def polygons() -> Path:
    """The 168 wards' polygons, simplified to 10 m."""
    return shared_file("hcmc_wards_168_10m.geojson")


def square(west: float, south: float, side: float) -> dict[str, Any]:
    """A GeoJSON square, degrees."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: Any, geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def collection(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture
def make_file(tmp_path: Path) -> Any:
    """``make_file(text)``: a file with that text."""

    def make(text: str) -> Path:
        path = tmp_path / "given.geojson"
        path.write_text(text, encoding="utf-8")
        return path

    return make
