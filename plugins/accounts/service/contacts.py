"""The rules of contacts: added, shown to be the person's by a code, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, delete, select

from gateway.plugin import Actor, Refused, random_id
from identity import audit
from identity.secrets import Secrets
from plugins.accounts.models import CodeRow, ContactRow, OutboxRow
from plugins.accounts.service.codes import new_code, try_code
from plugins.accounts.service.profile import drop_channels
from plugins.accounts.service.rights import not_found, own_account_to_change
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.terms import ContactKind
from plugins.accounts.texts import checked_contact

OUTBOX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent to a contact. Its repr holds neither the contact nor the text."""

    person: str
    kind: ContactKind
    value: str = field(repr=False)
    text: str = field(repr=False)


def value_hash(secrets: Secrets, value: str) -> str:
    """What a contact is compared by, without being opened."""
    return secrets.hash.of("contact", value)


def contacts_of(session: Session, person: str) -> Sequence[ContactRow]:
    """The first added first."""
    mine = select(ContactRow).where(ContactRow.person == person)
    return session.exec(mine.order_by(col(ContactRow.added_at), col(ContactRow.id))).all()


def add_contact(
    session: Session,
    kind: ContactKind,
    value: str,
    by: Actor,
    *,
    secrets: Secrets,
    settings: AccountsSettings,
    now: int,
) -> tuple[ContactRow, Message]:
    """A contact that is not verified yet, and the code to send to it; one that is there gets another code.

    Raises:
        Refused: RESTRICTED and those of one's own account; BAD_PHONE, BAD_EMAIL; CONTACT_EXISTS, when it is verified;
            TOO_MANY_CONTACTS; TOO_MANY_CODES.
    """
    own_account_to_change(session, by)
    checked = checked_contact(kind, value)
    hash = value_hash(secrets, checked)
    mine = contacts_of(session, by.id)
    row = next((each for each in mine if each.value_hash == hash), None)
    if row is not None and row.verified_at is not None:
        raise Refused("This contact is verified already.", code="CONTACT_EXISTS", field="value")
    if row is None:
        if len(mine) >= settings.contacts_max:
            text = f"One has at most {settings.contacts_max} contacts: remove one first."
            raise Refused(text, code="TOO_MANY_CONTACTS")
        sealed = secrets.sealer.seal(checked)
        row = ContactRow(id=random_id(), person=by.id, kind=kind.value, value=sealed, value_hash=hash, added_at=now)
        session.add(row)
        session.flush()
        _record(session, "CONTACT_ADDED", row, by, now)
    code = new_code(session, row, secrets, now)
    return row, Message(by.id, kind, checked, f"Mã xác minh của bạn là {code}, có hiệu lực trong 10 phút.")


def verify_contact(
    session: Session, id: str, code: str, by: Actor, *, secrets: Secrets, now: int
) -> ContactRow | Refused:
    """The contact, verified; or why not, to be raised once what was counted is committed. Again changes nothing.

    Raises:
        Refused: RESTRICTED and those of one's own account; NOT_FOUND.
    """
    own_account_to_change(session, by)
    row = own_contact(session, id, by)
    if row.verified_at is not None:
        return row
    refused = try_code(session, row, code, secrets, now)
    if refused is not None:
        return refused
    row.verified_at = now
    session.flush()
    _record(session, "CONTACT_VERIFIED", row, by, now)
    return row


def remove_contact(session: Session, id: str, by: Actor, *, confirmed: bool, now: int) -> ContactRow:
    """Take it out, and the channels that led to it. ``confirmed``: even the last verified one.

    Raises:
        Refused: RESTRICTED and those of one's own account; NOT_FOUND; LAST_CONTACT.
    """
    own_account_to_change(session, by)
    row = own_contact(session, id, by)
    verified = [each.id for each in contacts_of(session, by.id) if each.verified_at is not None]
    if verified == [row.id] and not confirmed:
        text = "This is the last verified contact: without one the city cannot reach you. Confirm to remove it."
        raise Refused(text, code="LAST_CONTACT", field="confirm")
    session.exec(delete(ContactRow).where(col(ContactRow.id) == row.id))
    drop_channels(session, by.id, now)
    _record(session, "CONTACT_REMOVED", row, by, now)
    return row


def own_contact(session: Session, id: str, by: Actor) -> ContactRow:
    """Raises: Refused: NOT_FOUND."""
    row = session.get(ContactRow, id)
    if row is None or row.person != by.id:
        raise not_found("contact")
    return row


def keep_message(session: Session, message: Message, secrets: Secrets, now: int) -> None:
    """Write it into the outbox."""
    sealer = secrets.sealer
    session.add(
        OutboxRow(
            person=message.person,
            kind=message.kind.value,
            value=sealer.seal(message.value),
            text=sealer.seal(message.text),
            sent_at=now,
        )
    )


def outbox_of(session: Session, person: str) -> Sequence[OutboxRow]:
    """The newest first."""
    mine = select(OutboxRow).where(OutboxRow.person == person).order_by(col(OutboxRow.id).desc())
    return session.exec(mine.limit(OUTBOX_SHOWN)).all()


def erase_contacts(session: Session, person: str) -> int:
    """Take out all contacts, codes and messages; how many contacts there were."""
    count = len(contacts_of(session, person))
    for table in (ContactRow, CodeRow, OutboxRow):
        session.exec(delete(table).where(col(table.person) == person))
    return count


def _record(session: Session, act: str, row: ContactRow, by: Actor, now: int) -> None:
    entry = audit.Entry(actor=by, act=act, subject=row.person, object=f"Contact:{row.id}", detail={"kind": row.kind})
    audit.record(session, entry, now)
