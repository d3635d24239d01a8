"""Loaders of ``agencies``: what many fields of one operation ask for, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from gateway.plugin import Loader
from plugins.agencies import service
from plugins.agencies.models import AgencyRow, SectorRow


class AgencyByKey(Loader[str, AgencyRow]):
    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, AgencyRow]:
        return service.agencies_by_key(session, keys)


class CommitteeByWard(Loader[str, AgencyRow]):
    """By the code of the ward that the People's Committee governs."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, AgencyRow]:
        return service.committees_by_ward(session, keys)


class ChildrenByKey(Loader[str, list[AgencyRow]]):
    """All of an agency's children: at most a few hundred, the city's own."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, list[AgencyRow]]:
        return service.children_of(session, keys)


class SectorsByKey(Loader[str, list[SectorRow]]):
    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, list[SectorRow]]:
        return service.sectors_of(session, keys)


class CategoriesByKey(Loader[str, list[str]]):
    """Codes of the categories that an agency answers for."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, list[str]]:
        return service.categories_of(session, keys)
