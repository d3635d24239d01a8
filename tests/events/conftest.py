"""A database with the gateway's own tables and one of a plugin."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.data.database import Database
from gateway.data.migrations import migrate, read_migrations
from gateway.host.stocking import OWN_MIGRATIONS


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'events.db'}")
    migrate(opened, read_migrations("gateway", OWN_MIGRATIONS, "sqlite"))
    with opened.changing() as session:
        session.connection().exec_driver_sql("CREATE TABLE note (text VARCHAR NOT NULL)")
    yield opened
    opened.close()
