"""The tables of engagement. Times are aware on the way in and come back in UTC."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.plugin import new_registry


class Table(SQLModel, registry=new_registry()):
    """Base of engagement's tables."""


class NotificationRow(Table, table=True):
    """What one person was told of one event. ``report``: local id of the report it is about."""

    __tablename__ = "engagement_notification"
    __table_args__ = (
        UniqueConstraint("event_id", "recipient"),
        Index("ix_engagement_notification_recipient_id", "recipient", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int
    recipient: str
    kind: str
    title: str
    body: str
    title_en: str
    body_en: str
    report: str | None = None
    created_at: datetime
    read_at: datetime | None = None


class ArticleRow(Table, table=True):
    """News. ``body_html`` has been cleaned. ``agency``: key of the agency that publishes it."""

    __tablename__ = "engagement_article"
    __table_args__ = (
        UniqueConstraint("slug"),
        Index("ix_engagement_article_published_at_id", "published_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str
    title: str
    summary: str
    body_html: str
    topic: str
    agency: str | None = None
    published_by: str
    published_at: datetime
    is_sample: bool = False


class AlertRow(Table, table=True):
    """A message of CAP 1.2. ``references``: identifier of the message that it updates or cancels.

    ``sent_at``: None in a draft. ``effective``: None in a draft that takes effect when it is issued.
    """

    __tablename__ = "engagement_alert"
    __table_args__ = (
        Index("ix_engagement_alert_state_expires", "state", "expires"),
        # The rule of the two persons, kept even from a program that forgets it. A cancellation is one person's.
        CheckConstraint(
            "msg_type = 'CANCEL' OR approved_by IS NULL OR approved_by <> drafted_by",
            name="ck_engagement_alert_two_persons",
        ),
    )

    identifier: str = Field(primary_key=True)
    status: str
    msg_type: str
    category: str
    urgency: str
    severity: str
    certainty: str
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
    references: str | None = Field(default=None, foreign_key="engagement_alert.identifier")
    state: str
    drafted_by: str
    approved_by: str | None = None
    drafted_at: datetime
    sent_at: datetime | None = None
    effective: datetime | None = None
    expires: datetime
    is_sample: bool = False


class AlertWardRow(Table, table=True):
    """A ward that an alert names; an alert that names none is for the whole city."""

    __tablename__ = "engagement_alert_ward"
    __table_args__ = (Index("ix_engagement_alert_ward_ward_code", "ward_code"),)

    alert: str = Field(primary_key=True, foreign_key="engagement_alert.identifier")
    ward_code: str = Field(primary_key=True)
