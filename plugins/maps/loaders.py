"""Loaders of ``maps``: what many fields of one operation ask for, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from gateway.plugin import Loader
from plugins.maps import service
from plugins.maps.models import FormerUnitRow, WardRow


class WardByCode(Loader[str, WardRow]):
    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, WardRow]:
        return service.wards_by_code(session, keys)


class FormerUnitsByWard(Loader[str, list[FormerUnitRow]]):
    """By the code of the ward that they are in now."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, list[FormerUnitRow]]:
        return service.former_units_of(session, keys)
