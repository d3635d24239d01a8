"""Who read or changed what is a person's: lines of the audit log by others, told without names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from gateway.plugin import Actor, Refused
from identity import audit
from identity.tables import AuditRow, GrantRow
from plugins.accounts.service.rights import own_account
from schema.paging import Page, Window

HELPER = "HELPER"
SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Access:
    """One line. ``roles``: that the other one held then; HELPER, SYSTEM. ``agency``: key. ``what``: a type's name."""

    seq: int
    at: int
    roles: tuple[str, ...]
    agency: str | None
    act: str
    what: str
    reason: str


def who_read(session: Session, by: Actor, asked: Window) -> Page[Access]:
    """What others did with what is ``by``'s, the newest first.

    Raises:
        Refused: those of one's own account; BAD_CURSOR.
    """
    own_account(session, by)
    rows = [_access(session, row, by.id) for row in _others(session, by.id, _after(asked), asked.limit + 1)]
    return Page.of(rows, asked, lambda access: (access.seq,))


def count_reads(session: Session, person: str) -> int:
    return len(_others(session, person, None, None))


def _others(session: Session, person: str, after: int | None, most: int | None) -> list[AuditRow]:
    """Lines about the person by anybody else, up to ``most``; all of them for None."""
    found: list[AuditRow] = []
    while True:
        page = audit.of_subject(session, person, after, audit.PAGE_MOST)
        found += [row for row in page if row.actor != person]
        if len(page) < audit.PAGE_MOST or (most is not None and len(found) >= most):
            return found[:most]
        after = page[-1].seq


def _access(session: Session, row: AuditRow, person: str) -> Access:
    roles, agency = _office(session, row)
    if row.on_behalf_of == person:
        roles, agency = (HELPER,), None
    return Access(row.seq or 0, row.at, roles, agency, row.act, row.object.partition(":")[0], row.reason)


def _office(session: Session, row: AuditRow) -> tuple[tuple[str, ...], str | None]:
    """The roles that who did it held at the time, and the agency."""
    held = select(GrantRow).where(
        GrantRow.person == row.actor,
        GrantRow.begins_at <= row.at,
        or_(col(GrantRow.ends_at).is_(None), col(GrantRow.ends_at) > row.at),
        or_(col(GrantRow.revoked_at).is_(None), col(GrantRow.revoked_at) > row.at),
    )
    grants = session.exec(held.order_by(col(GrantRow.id))).all()
    roles = tuple(dict.fromkeys(grant.role for grant in grants)) or (SYSTEM,)
    return roles, next((grant.agency for grant in grants if grant.agency), None)


def _after(asked: Window) -> int | None:
    if asked.after is None:
        return None
    seq = asked.after[0]
    if not isinstance(seq, int) or abs(seq) >= 2**63:
        raise Refused("after is not a cursor of this list.", code="BAD_CURSOR", field="after")
    return seq
