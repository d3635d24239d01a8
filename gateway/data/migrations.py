"""Migrations: each plugin's numbered SQL files, run once each, forward only, checked by checksum.

``migrations/0001_reports.sql`` runs everywhere; ``0002_search.sqlite.sql`` and ``0002_search.postgresql.sql`` each on
their own database. A statement ends with a semicolon at the end of a line; a trigger's body, which has semicolons of
its own, ends with a line ``END;``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect, text

from gateway.data.database import Database
from gateway.problem import Problem

_NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)(?:\.(sqlite|postgresql))?\.sql$")

_LEDGER = """
CREATE TABLE IF NOT EXISTS gateway_migration (
    plugin VARCHAR(80) NOT NULL,
    number INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    checksum CHAR(64) NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (plugin, number)
)
"""


class MigrationError(Problem):
    """A plugin's migrations cannot be run. The message names the plugin, the file and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file, read."""

    plugin: str
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def statements(self) -> Iterator[str]:
        lines: list[str] = []
        for line in self.sql.splitlines():
            if line.strip().startswith("--") or not line.strip():
                continue
            lines.append(line)
            in_trigger = lines[0].lstrip().upper().startswith("CREATE TRIGGER")
            done = line.strip().upper() == "END;" if in_trigger else line.rstrip().endswith(";")
            if done:
                yield "\n".join(lines).rstrip().removesuffix(";")
                lines = []
        if lines:
            raise MigrationError(f"{self.plugin}: {self.name}: the last statement does not end with a semicolon.")


def read_migrations(plugin: str, folder: Path, backend: str) -> list[Migration]:
    """The migrations of a folder for ``backend``, in order; an absent folder has none.

    Raises:
        MigrationError: a file's name is not NNNN_name.sql, or a number is missing or there twice.
    """
    found: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")) if folder.is_dir() else ():
        match = _NAME.match(path.name)
        if match is None:
            raise MigrationError(f"{plugin}: {path.name}: name it like 0001_reports.sql (lower case, no hyphens).")
        number, _, only = int(match[1]), match[2], match[3]
        if only not in (None, backend):
            continue
        if number in found:
            raise MigrationError(f"{plugin}: {path.name} and {found[number].name} have one number: renumber one.")
        found[number] = Migration(plugin, number, path.name, path.read_text(encoding="utf-8"))
    if sorted(found) != list(range(1, len(found) + 1)):
        raise MigrationError(f"{plugin}: migrations are numbered {sorted(found)}: number them 1, 2, 3 without gaps.")
    return [found[number] for number in sorted(found)]


def migrate(database: Database, migrations: list[Migration]) -> list[Migration]:
    """Run those that have not been run, all in one transaction; returns them.

    Raises:
        MigrationError: a file that was run has been changed or removed since.
    """
    with database.changing() as session:
        connection = session.connection()
        connection.execute(text(_LEDGER))
        pending = [m for m in migrations if not _was_run(connection, m)]
        for migration in pending:
            for statement in migration.statements():
                connection.exec_driver_sql(statement)
            connection.execute(
                text("INSERT INTO gateway_migration (plugin, number, name, checksum) VALUES (:p, :n, :f, :c)"),
                {"p": migration.plugin, "n": migration.number, "f": migration.name, "c": migration.checksum},
            )
    return pending


def _was_run(connection: Connection, migration: Migration) -> bool:
    checksum = connection.execute(
        text("SELECT checksum FROM gateway_migration WHERE plugin = :p AND number = :n"),
        {"p": migration.plugin, "n": migration.number},
    ).scalar()
    if checksum is not None and checksum != migration.checksum:
        raise MigrationError(
            f"{migration.plugin}: {migration.name} was changed after it had been run: "
            "put it back as it was, and write the change as the next number."
        )
    return checksum is not None


def not_made(database: Database, metadata: MetaData) -> list[str]:
    """Tables and columns of a plugin's models that its migrations have not made: ``table`` or ``table.column``."""
    inspector = inspect(database.engine)
    there = set(inspector.get_table_names())
    missing: list[str] = []
    for table in metadata.sorted_tables:
        if table.name not in there:
            missing.append(table.name)
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        missing += [f"{table.name}.{column.name}" for column in table.columns if column.name not in columns]
    return missing
