"""Loaders of engagement: rows that many fields of one operation ask for, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from gateway.plugin import Loader
from plugins.engagement.models import AlertRow, ArticleRow, NotificationRow
from plugins.engagement.service.alerts import wards_of
from plugins.engagement.service.inbox import row_id


class NotificationById(Loader[str, NotificationRow]):
    """By local id. Whose it is the caller must look at."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, NotificationRow]:
        found = session.exec(select(NotificationRow).where(col(NotificationRow.id).in_(map(row_id, keys))))
        return {str(row.id): row for row in found}


class ArticleBySlug(Loader[str, ArticleRow]):
    """By slug, which is the local id of an article."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, ArticleRow]:
        found = session.exec(select(ArticleRow).where(col(ArticleRow.slug).in_(keys)))
        return {row.slug: row for row in found}


class AlertByIdentifier(Loader[str, AlertRow]):
    """By identifier, which is the local id of an alert. Whether a draft may be seen the caller must look at."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, AlertRow]:
        found = session.exec(select(AlertRow).where(col(AlertRow.identifier).in_(keys)))
        return {row.identifier: row for row in found}


class WardsOfAlert(Loader[str, list[str]]):
    """Codes of the wards that an alert names; None when it names none."""

    @staticmethod
    def rows(session: Session, keys: Sequence[str]) -> Mapping[str, list[str]]:
        return wards_of(session, keys)
