"""The rules of data files: made for a request, sealed, gone after some days."""

from __future__ import annotations

from sqlmodel import Session, col, update

from gateway.plugin import Actor, Refused
from identity.secrets import Secrets
from plugins.accounts.models import FileRow, RequestRow
from plugins.accounts.service.requests import finish, record, request_to_change
from plugins.accounts.service.rights import not_found, own_account
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.terms import RequestState
from schema.micros import DAY_US


def keep_file(
    session: Session, id: str, text: str, by: Actor, *, secrets: Secrets, settings: AccountsSettings, now: int
) -> RequestRow:
    """Seal the file that the request asked for, which is done by this; one that is done already stays.

    Raises:
        Refused: FILE_TOO_LARGE; NOT_FOUND.
    """
    size = len(text.encode())
    if size > settings.file_max_bytes:
        text = f"The file has {size} bytes, more than {settings.file_max_bytes}: the office hands it out."
        raise Refused(text, code="FILE_TOO_LARGE")
    row = request_to_change(session, id)
    if row is None:
        raise not_found("request")
    if row.state != RequestState.RECEIVED:
        return row
    forget_old(session, now)
    expires_at = now + settings.file_days * DAY_US
    body = secrets.sealer.seal(text)
    session.merge(FileRow(request=id, person=row.person, body=body, made_at=now, expires_at=expires_at))
    return finish(session, row, RequestState.DONE, by, now)


def fetch_file(session: Session, id: str, by: Actor, secrets: Secrets, now: int) -> str:
    """The file, for its own person; a line of the audit log says that it was fetched.

    Raises:
        Refused: those of one's own account; NOT_FOUND; FILE_GONE.
    """
    own_account(session, by)
    row, request = session.get(FileRow, id), session.get(RequestRow, id)
    if row is None or request is None or row.person != by.id:
        raise not_found("data file")
    if row.expires_at <= now or not row.body:
        raise Refused("The file is kept for some days only: ask for another.", code="FILE_GONE", field="id")
    record(session, "DATA_FILE_FETCHED", request, by, now)
    return secrets.sealer.open(row.body)


def forget_old(session: Session, now: int) -> None:
    """Take out what is in files whose time is over."""
    old = col(FileRow.expires_at) <= now
    session.exec(update(FileRow).where(old, col(FileRow.body) != "").values(body=""))
