"""Tables of ``maps``: wards, their polygons, the units that they were made of, and the imports of polygons."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from gateway.plugin import new_registry


class Table(SQLModel, registry=new_registry()):
    """Base of the plugin's tables."""


class WardRow(Table, table=True):
    """A ward, commune or special zone. ``code``: of the General Statistics Office, five digits.

    ``lat``, ``lng``: where its label stands, inside it. ``south`` to ``east``: its bounding box. Degrees.
    ``position``: its place in lists, by name. ``name_folded``: folded. ``folded``: the words that a search finds it by.
    """

    __tablename__ = "maps_ward"

    code: str = Field(primary_key=True)
    position: int
    kind: str
    name: str
    full_name: str
    name_en: str
    area_km2: float
    lat: float
    lng: float
    south: float
    west: float
    north: float
    east: float
    name_folded: str
    folded: str


class ShapeRow(Table, table=True):
    """A ward's polygon, apart from the ward because it is large. ``wkb``: WGS 84 degrees, x is the longitude."""

    __tablename__ = "maps_shape"

    ward_code: str = Field(primary_key=True)
    wkb: bytes


class ImportRow(Table, table=True):
    """An import that changed polygons. The greatest ``id`` is the version of all of them."""

    __tablename__ = "maps_import"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    wards: int


class FormerUnitRow(Table, table=True):
    """A unit of before 2025-07-01, or the part of one, and the ward that it is in now.

    ``code``: of the time; "" for the district without communes. ``share``: WHOLE, PART, or PART_DEFAULT for the part
    to take when nothing tells which. ``name_folded``: the name's folded words; ``name_bare``: the same without the
    word for the kind of unit. ``address_*``: name, district and province, likewise.
    """

    __tablename__ = "maps_former_unit"

    id: int | None = Field(default=None, primary_key=True)
    code: str
    name: str
    district: str
    province: str
    ward_code: str
    share: str
    name_folded: str
    name_bare: str
    address_folded: str
    address_bare: str
