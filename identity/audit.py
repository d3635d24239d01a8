"""The audit log: who did or read what of whom, in lines that only grow, each chained to the one above by its hash.

What is changed, cut out or reordered breaks the chain (``verify``). Lines cut off at the end, or a whole chain written
anew, show against a head that was noted elsewhere before: ``congdanso audit verify`` prints it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import select as select_columns
from sqlmodel import Session, select

from identity.actor import Actor
from identity.personal import looks_personal
from identity.tables import AuditRow
from schema.errors import Refused

Detail: TypeAlias = str | int | bool | list[str] | None

GENESIS: Final = hashlib.sha256(b"congdanso audit log").hexdigest()
"""What stands above the first line."""
REASON_MOST: Final = 500
DETAIL_MOST: Final = 2000
NAME_MOST: Final = 200
"""Characters of an act, a subject's id, an object's."""
COUNT_MOST: Final = 99_999_999
"""Of a number in a detail: a count, or a code. A longer one may be somebody's."""
PAGE_MOST: Final = 100
_CHUNK: Final = 1000
_COLUMNS: Final = ("seq", "at", "actor", "session", "on_behalf_of", "act", "subject", "object", "reason", "detail")


@dataclass(frozen=True, slots=True)
class Entry:
    """``actor``: who did it, with the session and whom they did it for; a bare id for a program.

    ``act``: UPPER_SNAKE. ``subject``: id of the person whose data or rights it is about. ``object``: a global id.
    ``reason``: in words. ``detail``: ids, codes and counts; moments as ISO texts.
    """

    actor: Actor | str
    act: str
    subject: str = ""
    object: str = ""
    reason: str = ""
    detail: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The last line. ``seq``: 0 of an empty log."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``lines``: how many are sound, from the first on. ``broken_at``: ``seq`` of the first that is not, None when all
    are. ``why``: in words, "" when all are. ``head``: of the sound lines.
    """

    lines: int
    broken_at: int | None
    why: str
    head: Head


def record(session: Session, entry: Entry, now: int) -> AuditRow:
    """Write a line, in the transaction of what it tells of: both stay, or neither.

    Run it in a change: SQLite has one writer, so nobody else writes between reading the head and adding to it. On
    PostgreSQL the transaction first needs ``SELECT pg_advisory_xact_lock(...)`` of one fixed number; without it, of two
    who write the same ``seq`` the primary key refuses one, with all that was changed beside it.

    Raises:
        Refused: PERSONAL_DATA, when something looks like a citizen number, a phone or an e-mail address; TEXT_TOO_LONG.
        ValueError: a number in the detail is longer than a count.
    """
    detail = _checked_detail(entry)
    # A line that this transaction has added counts, whether the session flushes by itself or not.
    session.flush()
    above = head(session)
    by = entry.actor if isinstance(entry.actor, Actor) else Actor(id=entry.actor)
    row = AuditRow(
        seq=above.seq + 1,
        at=now,
        actor=by.delegate or by.id,
        session=by.session,
        on_behalf_of=by.id if by.delegate else "",
        act=entry.act,
        subject=entry.subject,
        object=entry.object,
        reason=entry.reason,
        detail=detail,
        before=above.hash,
        hash="",
    )
    row.hash = _hash([getattr(row, name) for name in _COLUMNS], above.hash)
    session.add(row)
    session.flush()
    return row


def head(session: Session) -> Head:
    """The last line: to be noted where who can write to the database cannot."""
    columns = cast(Any, AuditRow)
    last = session.execute(select_columns(columns.seq, columns.hash).order_by(columns.seq.desc()).limit(1)).first()
    return Head(0, GENESIS) if last is None else Head(last[0], last[1])


def verify(session: Session, noted: Head | None = None) -> Verdict:
    """Go through the chain. ``noted``: a head of earlier, which must still be in it.

    It holds a thousand lines at a time, and reads one state of the log: lines that are added meanwhile are not seen.
    """
    at = Head(0, GENESIS)
    if noted is not None and noted.seq == 0 and not _same(noted.hash, GENESIS):
        return Verdict(0, 0, "the head that was noted is of another log", at)
    for line in _lines(session):
        why = _fault(line, at, noted)
        if why:
            return Verdict(at.seq, at.seq + 1, why, at)
        at = Head(line["seq"], line["hash"])
    if noted is not None and noted.seq > at.seq:
        return Verdict(at.seq, at.seq + 1, f"lines are cut off: line {noted.seq} was noted", at)
    return Verdict(at.seq, None, "", at)


def of_subject(session: Session, person: str, after: int | None = None, first: int = 20) -> list[AuditRow]:
    """Lines about a person, the newest first. ``after``: the ``seq`` to go on below. ``first``: at most 100."""
    return _page(session, AuditRow.subject, person, after, first)


def of_actor(session: Session, person: str, after: int | None = None, first: int = 20) -> list[AuditRow]:
    """Lines of what a person did, for themselves or for another; else as ``of_subject``."""
    return _page(session, AuditRow.actor, person, after, first)


def on_behalf_of(session: Session, person: str, after: int | None = None, first: int = 20) -> list[AuditRow]:
    """Lines of what others did for a person; else as ``of_subject``."""
    return _page(session, AuditRow.on_behalf_of, person, after, first)


def _page(session: Session, column: Any, person: str, after: int | None, first: int) -> list[AuditRow]:
    seq = cast(Any, AuditRow.seq)
    rows = select(AuditRow).where(column == person).order_by(seq.desc()).limit(min(first, PAGE_MOST))
    return list(session.exec(rows if after is None else rows.where(seq < after)))


def _lines(session: Session) -> Iterator[Mapping[str, Any]]:
    names = (*_COLUMNS, "before", "hash")
    columns = [getattr(AuditRow, name) for name in names]
    rows = select_columns(*columns).order_by(cast(Any, AuditRow.seq)).execution_options(yield_per=_CHUNK)
    for row in session.execute(rows):
        yield dict(zip(names, row, strict=True))


def _fault(line: Mapping[str, Any], above: Head, noted: Head | None) -> str:
    """What is wrong with the line that comes after ``above``; "" when it is sound."""
    if line["seq"] != above.seq + 1:
        return f"line {above.seq + 1} is missing: line {line['seq']} comes next"
    if not _same(line["before"], above.hash):
        return "it does not follow the line above"
    if not _same(line["hash"], _hash([line[name] for name in _COLUMNS], above.hash)):
        return "it was changed"
    if noted is not None and noted.seq == line["seq"] and not _same(noted.hash, line["hash"]):
        return "it is not the line that was noted: the log was written anew"
    return ""


def _same(one: object, other: str) -> bool:
    return isinstance(one, str) and hmac.compare_digest(one.encode(), other.encode())


def _hash(values: list[Any], before: str) -> str:
    # JSON quotes what stands between the values, so that nothing can be moved from one to the next.
    # What SQLite holds where a text or a number should be (bytes) is hashed as well, to something that does not match.
    return hashlib.sha256(_canonical([*values, before], default=repr).encode()).hexdigest()


def _canonical(value: Any, default: Callable[[Any], str] | None = None) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=default)


def _checked_detail(entry: Entry) -> str:
    detail = _canonical(dict(entry.detail))
    names = [entry.act, entry.subject, entry.object]
    if len(entry.reason) > REASON_MOST or len(detail) > DETAIL_MOST or any(len(name) > NAME_MOST for name in names):
        text = f"A line of the audit log has at most {REASON_MOST} characters of reason and {DETAIL_MOST} of detail."
        raise Refused(text, code="TEXT_TOO_LONG", field="reason")
    texts = [*names, entry.reason]
    for name, value in entry.detail.items():
        if isinstance(value, int) and abs(value) > COUNT_MOST:
            raise ValueError(f"{name} is longer than a count: a line of the audit log holds ids, codes and counts")
        texts += [name, *(value if isinstance(value, list) else [value] if isinstance(value, str) else [])]
    if any(looks_personal(text) for text in texts):
        # The text itself is told nowhere.
        raise Refused(
            "The audit log holds no citizen numbers, phones or e-mail addresses: leave them out.",
            code="PERSONAL_DATA",
            field="reason",
        )
    return detail
