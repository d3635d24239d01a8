"""Requests done once: a mutation that comes again under its client's key answers what the first one made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session, select

from gateway.plugin import Actor, Refused
from plugins.feedback.models import ReportRow, RequestRow
from plugins.feedback.queries import visible_to
from plugins.feedback.service import not_found
from plugins.feedback.settings import FeedbackSettings
from plugins.feedback.times import to_micros
from schema.scalars import utc_now


def digest_of(what: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a mutation's name and input."""
    written = json.dumps(what, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def once(
    session: Session,
    client_key: str | None,
    by: Actor,
    digest: str,
    settings: FeedbackSettings,
    rule: Callable[[Session], ReportRow],
) -> ReportRow:
    """What ``rule(session)`` makes; the second time under the same key, that report as it is now, with nothing done.

    A client whose connection broke sends again and cannot do harm. ``client_key``: of this actor alone; None is
    without.

    Raises:
        Refused: IDEMPOTENCY_CONFLICT, when something else was asked under the key before; BAD_CLIENT_MUTATION_ID;
            what ``rule`` raises.
    """
    if client_key is None:
        return rule(session)
    if not 0 < len(client_key) <= settings.request_key_max:
        raise Refused(
            f"clientMutationId has 1 to {settings.request_key_max} characters.",
            code="BAD_CLIENT_MUTATION_ID",
            field="clientMutationId",
        )
    done = session.get(RequestRow, (by.id, client_key))
    if done is not None:
        return _made_before(session, done, digest, by)
    row = rule(session)
    assert row.id is not None
    session.add(RequestRow(actor=by.id, client_key=client_key, digest=digest, report=row.id, at=to_micros(utc_now())))
    return row


def _made_before(session: Session, done: RequestRow, digest: str, by: Actor) -> ReportRow:
    if done.digest != digest:
        raise Refused(
            "Something else was asked under this clientMutationId: take a new one for a new request.",
            code="IDEMPOTENCY_CONFLICT",
            field="clientMutationId",
        )
    row = session.exec(select(ReportRow).where(ReportRow.id == done.report, visible_to(by))).one_or_none()
    if row is None:
        raise not_found()
    return row
