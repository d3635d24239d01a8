"""Migrations: numbered, forward only, whole or not at all, and never changed once they were run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from gateway.data.database import Database
from gateway.data.migrations import MigrationError, migrate, read_migrations


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'data.db'}")
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    (made / "0001_first.sql").write_text(
        "-- one\nCREATE TABLE p_one (id INTEGER);\n\nCREATE INDEX p_i ON p_one (id);\n"
    )
    return made


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def run(database: Database, folder: Path) -> list[str]:
    return [m.name for m in migrate(database, read_migrations("p", folder, "sqlite"))]


def test_each_file_is_run_once_in_order(database: Database, folder: Path) -> None:
    assert run(database, folder) == ["0001_first.sql"]
    (folder / "0002_second.sql").write_text("ALTER TABLE p_one ADD COLUMN name VARCHAR;\n")
    assert run(database, folder) == ["0002_second.sql"]
    assert run(database, folder) == []
    assert [column["name"] for column in inspect(database.engine).get_columns("p_one")] == ["id", "name"]


def test_a_file_of_another_database_is_not_run(database: Database, folder: Path) -> None:
    (folder / "0002_search.postgresql.sql").write_text("CREATE EXTENSION pg_trgm;\n")
    (folder / "0002_search.sqlite.sql").write_text("CREATE VIRTUAL TABLE p_search USING fts5(text);\n")
    assert run(database, folder) == ["0001_first.sql", "0002_search.sqlite.sql"]


def test_a_statement_that_fails_leaves_nothing_of_its_run(database: Database, folder: Path) -> None:
    (folder / "0002_bad.sql").write_text("CREATE TABLE p_two (id INTEGER);\nCREATE TABLE p_one (id INTEGER);\n")
    with pytest.raises(OperationalError):
        run(database, folder)
    assert tables(database) == set()


def test_a_trigger_is_one_statement(database: Database, folder: Path) -> None:
    (folder / "0002_trigger.sql").write_text(
        "CREATE TRIGGER p_t AFTER INSERT ON p_one BEGIN\n  DELETE FROM p_one WHERE id < 0;\n  SELECT 1;\nEND;\n"
    )
    assert run(database, folder) == ["0001_first.sql", "0002_trigger.sql"]


def test_a_file_changed_after_its_run_is_refused_by_name(database: Database, folder: Path) -> None:
    run(database, folder)
    (folder / "0001_first.sql").write_text("CREATE TABLE p_other (id INTEGER);\n")
    with pytest.raises(MigrationError, match="p: 0001_first.sql was changed after it had been run"):
        run(database, folder)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("second.sql", "name it like 0001_reports.sql"),
        ("0003_third.sql", r"numbered \[1, 3\]: number them 1, 2, 3 without gaps"),
        ("0001_again.sql", "0001_first.sql and 0001_again.sql have one number|0001_again.sql"),
    ],
)
def test_a_folder_that_is_not_numbered_is_refused(folder: Path, name: str, told: str) -> None:
    (folder / name).write_text("SELECT 1;\n")
    with pytest.raises(MigrationError, match=told):
        read_migrations("p", folder, "sqlite")


def test_a_last_statement_without_a_semicolon_is_refused(database: Database, folder: Path) -> None:
    (folder / "0002_cut.sql").write_text("CREATE TABLE p_two (id INTEGER)\n")
    with pytest.raises(MigrationError, match="0002_cut.sql: the last statement does not end with a semicolon"):
        run(database, folder)
    assert tables(database) == set()
