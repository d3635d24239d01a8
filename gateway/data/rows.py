"""Rows: what the rules and seeds of plugins need alike."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, select


def column(attribute: Any) -> Any:
    """A row's attribute as the column that it is on the class, for the type checker."""
    return attribute


def csv_lines(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a plugin's data file, by the names in its head."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def put_rows(session: Session, rows: Sequence[SQLModel]) -> None:
    """Insert the rows that are not there yet and set those that are, without asking for each."""
    there: set[tuple[Any, ...]] = set()
    for model in {type(row) for row in rows}:
        there |= {_identity(row) for row in session.exec(select(model))}
    for row in rows:
        if _identity(row) in there:
            session.merge(row)
        else:
            session.add(row)


def _identity(row: SQLModel) -> tuple[Any, ...]:
    """The row's table and primary key."""
    return (type(row), *inspect(type(row)).primary_key_from_instance(row))
