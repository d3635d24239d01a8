"""The rule of an erasure: what this plugin holds goes, the person is erased, and what is kept is said, and why."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, delete, func, select, update

from gateway.plugin import Actor
from identity import standing
from identity.tables import AuditRow
from plugins.accounts.models import ConsentRow, FileRow, ProfileRow, RequestRow
from plugins.accounts.service.contacts import erase_contacts
from plugins.accounts.service.places import erase_places
from plugins.accounts.service.requests import Part, answerable, finish
from plugins.accounts.service.signed_in import tell_ended
from plugins.accounts.terms import RequestState

KEPT_OWN = (
    "Các lần đồng ý, rút lại đồng ý và yêu cầu về dữ liệu được giữ để chứng minh việc tuân thủ Luật 91/2025/QH15; "
    "nội dung bạn viết trong yêu cầu đã xóa.",
    "Consents and requests about data are kept to show that Law 91/2025 was followed; what you wrote in them is gone.",
)
KEPT_IDENTITY = (
    "Nhật ký truy cập được giữ theo quy định về an toàn hệ thống thông tin; trong đó chỉ có mã, không có họ tên, "
    "số định danh hay thông tin liên lạc.",
    "The audit log is kept, as the rules on the security of information systems ask; it holds codes, no names, "
    "numbers or contacts.",
)


def finish_erasure(session: Session, id: str, parts: Sequence[Part], reason: str, by: Actor, now: int) -> RequestRow:
    """Erase the person whose request it is, now that all plugins have; ``parts``: what they did.

    Raises:
        Refused: those of ``answerable``; PERSON_UNKNOWN, PERSON_ERASED.
    """
    row = answerable(session, id, by, now)
    own = _erase_own(session, row.person)
    ended = standing.erase(session, row.person, by, now)
    tell_ended(session, ended, row.person, standing.ERASED, by, now)
    # Read anew: identity's rule has let go of all rows.
    row = answerable(session, id, by, now)
    lines = session.exec(select(func.count(col(AuditRow.seq))).where(AuditRow.subject == row.person)).one()
    identity = Part("identity", erased=1, kept=lines, why_vi=KEPT_IDENTITY[0], why_en=KEPT_IDENTITY[1])
    return finish(session, row, RequestState.DONE, by, now, reason=reason, result=[*parts, own, identity])


def _erase_own(session: Session, person: str) -> Part:
    erased = erase_contacts(session, person) + erase_places(session, person)
    for table in (ProfileRow, FileRow):
        erased += len(session.exec(select(table).where(col(table.person) == person)).all())
        session.exec(delete(table).where(col(table.person) == person))
    session.exec(update(RequestRow).where(col(RequestRow.person) == person).values(note="", reason=""))
    kept = sum(
        session.exec(select(func.count()).select_from(table).where(col(table.person) == person)).one()
        for table in (ConsentRow, RequestRow)
    )
    return Part("accounts", erased, kept, *KEPT_OWN)
