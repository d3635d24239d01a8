"""Tables of ``agencies``: agencies, their sectors, and who answers for which category of reports."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel

from gateway.plugin import new_registry


class Table(SQLModel, registry=new_registry()):
    """Base of the plugin's tables."""


class AgencyRow(Table, table=True):
    """An agency. ``position``: its place in lists. ``folded``: the words that a search finds it by.

    ``ward_code``: of a commune's People's Committee, the ward that it governs. ``valid_from``: None is not known.
    """

    __tablename__ = "agencies_agency"

    key: str = Field(primary_key=True)
    position: int
    kind: str
    name: str
    name_en: str
    parent_key: str | None = None
    ward_code: str | None = None
    address: str | None = None
    phone: str | None = None
    valid_from: date | None = None
    source: str
    folded: str


class SectorRow(Table, table=True):
    """A field of administration."""

    __tablename__ = "agencies_sector"

    code: str = Field(primary_key=True)
    name: str
    name_en: str


class HeldSectorRow(Table, table=True):
    """An agency holds a sector."""

    __tablename__ = "agencies_held_sector"

    agency_key: str = Field(primary_key=True)
    sector_code: str = Field(primary_key=True)


class AssignmentRow(Table, table=True):
    """Who answers for a category of reports. ``ward_code``: only there; "" is in every ward without a row of its own.

    ``agency_key``: None is the People's Committee of the ward.
    """

    __tablename__ = "agencies_assignment"

    category: str = Field(primary_key=True)
    ward_code: str = Field(primary_key=True, default="")
    agency_key: str | None = None
    basis: str
