"""The agencies of 2025-12-30 and who answers for what, read from data/*.csv (data/README.md says whence)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlmodel import Session

from gateway.plugin import csv_lines, folded, put_rows
from plugins.agencies.models import AgencyRow, AssignmentRow, HeldSectorRow, SectorRow
from schema.text import search_words

DATA = Path(__file__).parent / "data"
TWO_TIERS_SINCE = date(2025, 7, 1)
"""The day on which the 168 communes' People's Committees began."""


def seed(session: Session) -> None:
    """Write every row of the files; what an administrator has added stays."""
    put_rows(session, [*city_agencies(), *commune_committees(), *sectors(), *assignments()])


def city_agencies() -> Iterator[AgencyRow]:
    for position, line in enumerate(csv_lines(DATA / "city_agencies.csv")):
        yield AgencyRow(
            key=line["key"],
            position=position,
            kind=line["kind"],
            name=line["name"],
            name_en=line["name_en"],
            parent_key=line["parent"] or None,
            address=line["address"] or None,
            source=line["source"],
            folded=folded(line["key"], line["name"], line["name_en"]),
        )


def commune_committees() -> Iterator[AgencyRow]:
    by_name = sorted(csv_lines(DATA / "commune_committees.csv"), key=lambda line: search_words(line["name"]))
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
            folded=folded(key, line["name"], line["name"].replace("UBND", "Ủy ban nhân dân"), line["name_en"]),
        )


def sectors() -> Iterator[SectorRow | HeldSectorRow]:
    for line in csv_lines(DATA / "sectors.csv"):
        yield SectorRow(code=line["code"], name=line["name"], name_en=line["name_en"])
        for key in line["agencies"].split():
            yield HeldSectorRow(agency_key=key, sector_code=line["code"])


def assignments() -> Iterator[AssignmentRow]:
    for line in csv_lines(DATA / "assignments.csv"):
        yield AssignmentRow(
            category=line["category"],
            ward_code=line["ward_code"],
            agency_key=line["agency"] or None,
            basis=line["basis"],
        )
