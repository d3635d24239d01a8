"""The 168 wards and the 442 units that they were made of, read from data/*.csv (data/README.md says whence)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlmodel import Session

from gateway.plugin import csv_lines, put_rows
from plugins.maps.addresses import bare, words
from plugins.maps.models import FormerUnitRow, WardRow

DATA = Path(__file__).parent / "data"
KINDS = {"WARD": "Phường", "COMMUNE": "Xã", "SPECIAL_ZONE": "Đặc khu"}


def seed(session: Session) -> None:
    """Write every row of the files; imported polygons stay."""
    put_rows(session, [*wards(), *former_units()])


def wards() -> Iterator[WardRow]:
    for position, line in enumerate(sorted(csv_lines(DATA / "wards.csv"), key=lambda line: words(line["name"]))):
        full_name = f"{KINDS[line['kind']]} {line['name']}"
        yield WardRow(
            code=line["code"],
            position=position,
            kind=line["kind"],
            name=line["name"],
            full_name=full_name,
            name_en=line["name_en"],
            area_km2=float(line["area_km2"]),
            lat=float(line["center_lat"]),
            lng=float(line["center_lng"]),
            south=float(line["south"]),
            west=float(line["west"]),
            north=float(line["north"]),
            east=float(line["east"]),
            name_folded=words(line["name"]),
            folded=f" {words(full_name)} {line['code']} ",
        )


def former_units() -> Iterator[FormerUnitRow]:
    for number, line in enumerate(csv_lines(DATA / "former_units.csv"), start=1):
        spelt = [words(line[part]) for part in ("name", "district", "province")]
        yield FormerUnitRow(
            id=number,
            code=line["code"],
            name=line["name"],
            district=line["district"],
            province=line["province"],
            ward_code=line["ward_code"],
            share=line["share"],
            name_folded=spelt[0],
            name_bare=bare(spelt[0]),
            address_folded=" ".join(spelt),
            address_bare=" ".join(bare(name) for name in spelt),
        )
