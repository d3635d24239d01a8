"""Private reports that staff read: each reading is a line of the audit log, which the one who reported can see."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from gateway.plugin import Actor, Context, global_id
from identity import audit
from plugins.feedback.models import ReportColumns
from plugins.feedback.terms import Visibility
from schema.micros import now_us

READ = "READ_PRIVATE_REPORT"


async def seen(context: Context, rows: Iterable[ReportColumns | None]) -> None:
    """Call it with what is about to be shown. One's own reports, and public ones, are nobody's secret."""
    me = context.actor
    secret = [
        (row.reporter, row.key)
        for row in rows
        if row is not None and row.visibility == Visibility.PRIVATE.value and row.reporter != me.id
    ]
    if secret:
        await context.change(note_readings, me, secret)


def note_readings(session: Session, by: Actor, secret: Iterable[tuple[str, str]]) -> None:
    """``secret``: (who reported, the report's local id)."""
    now = now_us()
    for reporter, key in secret:
        detail: dict[str, audit.Detail] = {"agency": by.agency, "roles": sorted(by.roles)}
        entry = audit.Entry(actor=by, act=READ, subject=reporter, object=global_id("Report", key), detail=detail)
        audit.record(session, entry, now)
