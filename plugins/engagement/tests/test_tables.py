"""The migration makes what the models say."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect

from gateway.host.testing import AskedCity
from plugins.engagement.models import Table

TABLES = sorted(Table.metadata.tables)


@pytest.mark.parametrize("name", TABLES)
async def test_the_migration_makes_the_columns_and_indexes_of_the_model(city: AskedCity, name: str) -> None:
    made, model = inspect(city.hosted("engagement").database.engine), Table.metadata.tables[name]
    columns: Any = {column["name"]: (str(column["type"]), column["nullable"]) for column in made.get_columns(name)}
    dialect = city.hosted("engagement").database.engine.dialect
    said = {column.name: (column.type.compile(dialect), column.nullable) for column in model.columns}
    # SQLite tells an INTEGER PRIMARY KEY, which is never null, as nullable.
    keys = {column.name for column in model.primary_key}
    assert {n: c for n, c in columns.items() if n not in keys} == {n: c for n, c in said.items() if n not in keys}
    assert columns.keys() == said.keys()
    assert {index.name for index in model.indexes} <= {index["name"] for index in made.get_indexes(name)}
    assert made.get_pk_constraint(name)["constrained_columns"] == [column.name for column in model.primary_key]


def test_the_tables_are_these() -> None:
    assert TABLES == [
        "engagement_alert",
        "engagement_alert_ward",
        "engagement_article",
        "engagement_notification",
    ]
