"""Starting: a plugin that fails at its migrations, its seed or its lifespan is left out, and the rest starts."""

import asyncio
from pathlib import Path

import pytest

from gateway.host import lifespans
from gateway.host.testing import OpenCity
from tests.host.conftest import WriteCity, good

RAISING_LIFESPAN = good("late") + (
    "\nfrom contextlib import asynccontextmanager\n"
    "@hookimpl\n@asynccontextmanager\nasync def lifespan(services):\n    raise RuntimeError('no')\n    yield\n"
)
GOOD_LIFESPAN = good("early") + (
    "\nfrom contextlib import asynccontextmanager\nLOG = []\n"
    "@hookimpl\n@asynccontextmanager\nasync def lifespan(services):\n"
    "    LOG.append(f'enter {services.plugin}')\n    yield\n    LOG.append('leave')\n"
)

TABLE = """
from sqlmodel import Field, SQLModel
from gateway.plugin import new_registry
class Table(SQLModel, registry=new_registry()):
    pass
class Row(Table, table=True):
    __tablename__ = "{name}_row"
    id: int | None = Field(default=None, primary_key=True)

@hookimpl
def tables():
    return Table
"""


async def test_a_lifespan_is_entered_at_start_and_left_at_stop(write_city: WriteCity, open_test_city: OpenCity) -> None:
    async with open_test_city(write_city({"early": GOOD_LIFESPAN})) as city:
        log = city.city.assembly.plugins["early"].module.LOG
        assert log == ["enter early"]
    assert log == ["enter early", "leave"]


async def test_a_plugin_whose_lifespan_fails_is_out_and_its_fields_answer_null(
    write_city: WriteCity, open_test_city: OpenCity
) -> None:
    async with open_test_city(write_city({"late": RAISING_LIFESPAN, "good": good("good")})) as city:
        answer = await city.answer("{ late good }")
        assert city.city.health()["plugins"]["late"] == {
            "state": "out",
            "reason": "late failed in its lifespan: RuntimeError",
        }
    assert answer["data"] == {"late": None, "good": "good answers"}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SUBGRAPH_UNAVAILABLE"]


HANGING = good("hanging") + (
    "\nimport asyncio\nfrom contextlib import asynccontextmanager\n"
    "@hookimpl\n@asynccontextmanager\nasync def lifespan(services):\n"
    "    await asyncio.sleep({start})\n    yield\n    await asyncio.sleep({stop})\n"
)


@pytest.mark.parametrize(("start", "stop", "state"), [(30, 0, "out"), (0, 30, "in")])
async def test_a_lifespan_that_hangs_holds_nobody_up(
    write_city: WriteCity,
    open_test_city: OpenCity,
    monkeypatch: pytest.MonkeyPatch,
    start: int,
    stop: int,
    state: str,
) -> None:
    monkeypatch.setattr(lifespans, "START_WITHIN_S", 0.1)
    monkeypatch.setattr(lifespans, "STOP_WITHIN_S", 0.1)
    manifest = write_city({"hanging": HANGING.format(start=start, stop=stop), "good": good("good")})
    async with asyncio.timeout(5), open_test_city(manifest) as city:
        assert city.city.health()["plugins"]["hanging"]["state"] == state
        assert await city.ask("{ good }") == {"good": "good answers"}


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (
            "migrations/0001_bad.sql",
            "CREATE TABLE bad_one (id INTEGER);\nCREATE NONSENSE;\n",
            'bad cannot be migrated: OperationalError: (sqlite3.OperationalError) near "NONSENSE": syntax error',
        ),
        (
            "seed.py",
            "def seed(session):\n    raise ValueError('no seed')\n",
            "bad cannot be seeded: ValueError: no seed (plugins/bad/seed.py:2)",
        ),
    ],
)
async def test_a_plugin_whose_data_cannot_be_made_is_out(
    write_city: WriteCity, open_test_city: OpenCity, path: str, text: str, reason: str
) -> None:
    manifest = write_city({"bad": good("bad"), "good": good("good")})
    file: Path = manifest.parent / "plugins" / "bad" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    async with open_test_city(manifest) as city:
        assert city.city.health()["plugins"]["bad"] == {"state": "out", "reason": reason}
        assert await city.ask("{ good }") == {"good": "good answers"}


async def test_a_table_that_no_migration_makes_puts_its_plugin_out(
    write_city: WriteCity, open_test_city: OpenCity
) -> None:
    source = good("bad") + TABLE.format(name="bad")
    async with open_test_city(write_city({"bad": source, "good": good("good")})) as city:
        assert city.city.health()["plugins"]["bad"] == {
            "state": "out",
            "reason": "bad has no migration that makes bad_row: begin one with congdanso migrate --draft bad.",
        }
        assert await city.ask("{ good }") == {"good": "good answers"}


async def test_two_plugins_may_both_have_a_class_of_one_name(write_city: WriteCity, open_test_city: OpenCity) -> None:
    sources = {name: good(name) + TABLE.format(name=name) for name in ("one", "two")}
    manifest = write_city(sources)
    for name in sources:
        file = manifest.parent / "plugins" / name / "migrations" / "0001_row.sql"
        file.parent.mkdir()
        file.write_text(f"CREATE TABLE {name}_row (id INTEGER PRIMARY KEY);\n")
    async with open_test_city(manifest) as city:
        assert {state["state"] for state in city.city.health()["plugins"].values()} == {"in"}
