"""Seed data of engagement: sample articles and alerts, marked as samples in the data and to the reader."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlmodel import Session

from plugins.engagement.cap import (
    AlertCategory,
    AlertCertainty,
    AlertMsgType,
    AlertSeverity,
    AlertState,
    AlertStatus,
    AlertUrgency,
)
from plugins.engagement.models import AlertRow, ArticleRow
from plugins.engagement.service.drafting import add_alert
from plugins.engagement.service.news import ArticleTopic, add_article, article_by_slug, clean

DATA = Path(__file__).parent / "data"
SEEDED_BY = "seed"
SEEDED_APPROVAL_BY = "seed-approval"


class SampleArticle(BaseModel):
    """One ``[[article]]`` of articles.toml."""

    model_config = ConfigDict(extra="forbid")

    slug: str
    topic: ArticleTopic
    agency: str
    published_at: AwareDatetime
    title: str
    summary: str
    body_html: str


class SampleAlert(BaseModel):
    """One ``[[alert]]`` of alerts.toml."""

    model_config = ConfigDict(extra="forbid")

    identifier: str
    category: AlertCategory
    urgency: AlertUrgency
    severity: AlertSeverity
    certainty: AlertCertainty
    sent_at: AwareDatetime
    expires: AwareDatetime
    wards: list[str]
    event_vi: str
    event_en: str
    headline_vi: str
    headline_en: str
    description_vi: str
    description_en: str
    instruction_vi: str
    instruction_en: str
    area_desc_vi: str
    area_desc_en: str


def seed(session: Session) -> None:
    """Add the samples that are not there yet. Nothing is emitted: nobody is to be alarmed by a sample."""
    for raw in _rows("articles.toml", "article"):
        article = SampleArticle.model_validate(raw)
        if article_by_slug(session, article.slug) is None:
            _add_article(session, article)
    for raw in _rows("alerts.toml", "alert"):
        alert = SampleAlert.model_validate(raw)
        if session.get(AlertRow, alert.identifier) is None:
            _add_alert(session, alert)


def _rows(file: str, table: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = tomllib.loads((DATA / file).read_text(encoding="utf-8"))[table]
    return rows


def _add_article(session: Session, article: SampleArticle) -> None:
    values = article.model_dump()
    row = ArticleRow(
        **{**values, "topic": article.topic.value},
        published_by=SEEDED_BY,
        is_sample=True,
    )
    row.body_html = clean(row.body_html)
    add_article(session, row)


def _add_alert(session: Session, alert: SampleAlert) -> None:
    # CAP's TEST: recipients are to disregard it.
    values = alert.model_dump(mode="json", exclude={"wards", "sent_at", "expires"})
    row = AlertRow(
        **values,
        status=AlertStatus.TEST.value,
        msg_type=AlertMsgType.ALERT.value,
        state=AlertState.ISSUED.value,
        drafted_by=SEEDED_BY,
        approved_by=SEEDED_APPROVAL_BY,
        drafted_at=alert.sent_at,
        sent_at=alert.sent_at,
        effective=alert.sent_at,
        expires=alert.expires,
        is_sample=True,
    )
    add_alert(session, row, alert.wards)
