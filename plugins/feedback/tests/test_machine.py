"""The state machine and the other data that the plugin is driven by, each held to what it must say."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Inspector

from gateway.host.manifest import find_manifest, read_manifest
from gateway.host.testing import AskedCity
from plugins.feedback.categories import categories
from plugins.feedback.machine import EVENTS, MACHINE
from plugins.feedback.models import ReportColumns, Table
from plugins.feedback.terms import STATES_OF_TAB, Action, InboxTab, Kind, State

SHARED = Path(os.environ.get("CONGDANSO_SHARED", find_manifest().parent.parent / "shared"))


def test_every_state_is_reached_from_submitted() -> None:
    reached = {State.SUBMITTED}
    for _ in State:
        reached |= {way.to for way in MACHINE if way.sources & reached}
    assert reached == set(State)


def test_every_action_but_submitting_is_in_the_machine_and_tells_an_event() -> None:
    assert {way.action for way in MACHINE} == set(Action) - {Action.SUBMIT}
    assert EVENTS == (
        "feedback.report_submitted",
        "feedback.report_received",
        "feedback.report_forwarded",
        "feedback.report_accepted",
        "feedback.report_answered",
    )


def test_no_action_leads_two_ways_from_one_state_for_one_scope() -> None:
    ways = [(way.action, state, way.scope) for way in MACHINE for state in way.sources]
    assert len(ways) == len(set(ways))


def test_every_scope_of_the_machine_is_some_roles() -> None:
    allowed = {scope for scopes in read_manifest(find_manifest()).roles.values() for scope in scopes}
    assert {way.scope for way in MACHINE} <= allowed


def test_every_state_has_one_tab_of_its_own() -> None:
    tabs = [states for tab, states in STATES_OF_TAB.items() if tab is not InboxTab.ALL]
    assert sorted(state for states in tabs for state in states) == sorted(State)


def test_every_kind_of_report_has_a_category() -> None:
    assert {category.kind for category in categories().values()} == set(Kind)


def test_the_categories_of_hotline_1022_are_all_there_by_their_codes() -> None:
    file = SHARED / "data" / "codelists" / "report_categories_1022.csv"
    if not file.is_file():
        pytest.skip("the source list is not here")
    with file.open(encoding="utf-8") as rows:
        source = {row["code"] for row in csv.DictReader(rows)}
    assert set(categories()) - source == {"THAI_DO_CAN_BO"}
    assert source <= set(categories())


def shape(found: Inspector, table: str) -> dict[str, object]:
    """What a table is made of, as far as a database tells it."""
    return {
        "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)],
        "key": found.get_pk_constraint(table)["constrained_columns"],
        "indexes": sorted((i["name"] or "", tuple(i["column_names"])) for i in found.get_indexes(table)),
        "unique": sorted(tuple(u["column_names"]) for u in found.get_unique_constraints(table)),
        "links": [(f["constrained_columns"], f["referred_table"]) for f in found.get_foreign_keys(table)],
    }


async def test_the_migrations_make_what_the_models_say(city: AskedCity) -> None:
    made = inspect(city.hosted("feedback").database.engine)
    engine = create_engine("sqlite://")
    Table.metadata.create_all(engine)
    said = inspect(engine)
    assert sorted(Table.metadata.tables) == sorted(said.get_table_names())
    for table in Table.metadata.tables:
        assert shape(made, table) == shape(said, table), table
    engine.dispose()


def test_a_report_is_read_with_every_column_of_its_table() -> None:
    assert list(ReportColumns._fields) == [column.name for column in Table.metadata.tables["feedback_report"].columns]


async def test_seeding_again_changes_nothing(city: AskedCity) -> None:
    from plugins.feedback.seed import seed

    await city.hosted("feedback").database.change(seed)
    assert (await city.ask("{ reportInbox(tab: ALL) { totalCount } }", by="operator")) == {
        "reportInbox": {"totalCount": 60}
    }
