"""Requests done once: of a report, which the second time is shown only to whom it may be shown now."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session, select

from gateway.plugin import Actor, Keyed
from gateway.plugin import once as done_once
from plugins.feedback.models import ReportRow
from plugins.feedback.queries import visible_to
from plugins.feedback.service import not_found
from plugins.feedback.settings import FeedbackSettings

PLUGIN = "feedback"


def once(
    session: Session,
    client_key: str | None,
    by: Actor,
    digest: str,
    settings: FeedbackSettings,
    rule: Callable[[Session], ReportRow],
) -> ReportRow:
    """What ``rule(session)`` makes; the second time under the same key, that report as it is now, with nothing done.

    Raises:
        Refused: IDEMPOTENCY_CONFLICT, BAD_CLIENT_MUTATION_ID, what ``rule`` raises; NOT_FOUND the second time, when
            the report may not be shown to this actor any more.
    """

    def find(session: Session, key: str) -> ReportRow:
        row = session.exec(select(ReportRow).where(ReportRow.id == int(key), visible_to(by))).one_or_none()
        if row is None:
            raise not_found()
        return row

    request = Keyed(PLUGIN, by.id, client_key, digest)
    return done_once(
        session, request, rule, key_of=lambda row: str(row.id), find=find, key_most=settings.request_key_max
    )
