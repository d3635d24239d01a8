"""The agencies of 2025-12-30 and who answers for what, read from data/*.csv (data/README.md says whence)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, select

from plugins.agencies.models import AgencyRow, AssignmentRow, HeldSectorRow, SectorRow, Table
from schema.text import search_words

DATA = Path(__file__).parent / "data"
TWO_TIERS_SINCE = date(2025, 7, 1)
"""The day on which the 168 communes' People's Committees began."""


def seed(session: Session) -> None:
    """Write every row of the files; what an administrator has added stays."""
    put(session, [*city_agencies(), *commune_committees(), *sectors(), *assignments()])


def city_agencies() -> Iterator[AgencyRow]:
    for position, line in enumerate(_lines("city_agencies.csv")):
        yield AgencyRow(
            key=line["key"],
            position=position,
            kind=line["kind"],
            name=line["name"],
            name_en=line["name_en"],
            parent_key=line["parent"] or None,
            address=line["address"] or None,
            source=line["source"],
            folded=searched_by(line["key"], line["name"], line["name_en"]),
        )


def commune_committees() -> Iterator[AgencyRow]:
    by_name = sorted(_lines("commune_committees.csv"), key=lambda line: search_words(line["name"]))
    for position, line in enumerate(by_name, start=1000):
        key = f"UBND-{line['ward_code']}"
        yield AgencyRow(
            key=key,
            position=position,
            kind="COMMUNE_PC",
            name=line["name"],
            name_en=line["name_en"],
            parent_key="UBND-TP",
            ward_code=line["ward_code"],
            valid_from=TWO_TIERS_SINCE,
            source="derived from the list of wards of 2025-07-01",
            folded=searched_by(key, line["name"], line["name"].replace("UBND", "Ủy ban nhân dân"), line["name_en"]),
        )


def sectors() -> Iterator[SectorRow | HeldSectorRow]:
    for line in _lines("sectors.csv"):
        yield SectorRow(code=line["code"], name=line["name"], name_en=line["name_en"])
        for key in line["agencies"].split():
            yield HeldSectorRow(agency_key=key, sector_code=line["code"])


def assignments() -> Iterator[AssignmentRow]:
    for line in _lines("assignments.csv"):
        yield AssignmentRow(
            category=line["category"],
            ward_code=line["ward_code"],
            agency_key=line["agency"] or None,
            basis=line["basis"],
        )


def searched_by(*texts: str) -> str:
    """The folded words of all texts, one space before, between and after: what ``service`` looks for words in."""
    return f" {' '.join(search_words(' '.join(texts), most=100))} "


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def put(session: Session, rows: Sequence[Table]) -> None:
    """Insert the rows that are not there yet and set those that are, without asking for each."""
    there: dict[Any, Table] = {}
    for model in {type(row) for row in rows}:
        there |= {identity_of(row): row for row in session.exec(select(model))}
    for row in rows:
        if identity_of(row) in there:
            session.merge(row)
        else:
            session.add(row)


def identity_of(row: Table) -> tuple[Any, ...]:
    """The row's table and primary key."""
    mapper = inspect(type(row))
    return (type(row), *mapper.primary_key_from_instance(row))
