"""The tables: profiles, contacts and their codes, places, consents, requests about data and the files made for them.

What tells who or where somebody is stands sealed, or as a keyed hash. Times are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from gateway.plugin import new_registry
from identity.resealing import SEALED


class Table(SQLModel, registry=new_registry()):
    """Base of the plugin's tables."""


class ProfileRow(Table, table=True):
    """What a person has set; without a row, everything is as it comes. ``channels``: joined by spaces.

    ``quiet_from``, ``quiet_to``: minutes of the city's day; None when there are no quiet hours.
    """

    __tablename__ = "accounts_profile"

    person: str = Field(primary_key=True)
    language: str
    channels: str
    quiet_from: int | None = None
    quiet_to: int | None = None
    version: int = 1
    updated_at: int = Field(sa_type=BigInteger)


class ContactRow(Table, table=True):
    """A way to reach a person. ``value``: sealed; ``value_hash``: a keyed hash of it."""

    __tablename__ = "accounts_contact"
    __table_args__ = (Index("ix_accounts_contact_person", "person", "value_hash", unique=True),)

    id: str = Field(primary_key=True)
    person: str
    kind: str
    value: str = Field(sa_column_kwargs=SEALED)
    value_hash: str
    added_at: int = Field(sa_type=BigInteger)
    verified_at: int | None = Field(default=None, sa_type=BigInteger)


class CodeRow(Table, table=True):
    """A code that was sent. It outlives its contact: how many were sent to a number is counted here.

    ``code_hash``: a keyed hash. ``tries``: wrong ones.
    """

    __tablename__ = "accounts_code"
    __table_args__ = (
        Index("ix_accounts_code_value_hash", "value_hash", "sent_at"),
        Index("ix_accounts_code_person", "person", "sent_at"),
        Index("ix_accounts_code_contact", "contact", "sent_at"),
    )

    id: str = Field(primary_key=True)
    person: str
    contact: str
    value_hash: str
    code_hash: str
    sent_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    tries: int = 0
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class OutboxRow(Table, table=True):
    """A message to a contact, in development, where nothing is sent. ``value``, ``text``: sealed."""

    __tablename__ = "accounts_outbox"
    __table_args__ = (Index("ix_accounts_outbox_person", "person", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    person: str
    kind: str
    value: str = Field(sa_column_kwargs=SEALED)
    text: str = Field(sa_column_kwargs=SEALED)
    sent_at: int = Field(sa_type=BigInteger)


class PlaceRow(Table, table=True):
    """A place that a person keeps. ``place``: JSON of its label and point, sealed. ``ward``: GSO code, not sealed:
    tens of thousands live in one.
    """

    __tablename__ = "accounts_place"
    __table_args__ = (Index("ix_accounts_place_person", "person", "saved_at"),)

    id: str = Field(primary_key=True)
    person: str
    place: str = Field(sa_column_kwargs=SEALED)
    ward: str | None = None
    saved_at: int = Field(sa_type=BigInteger)


class ConsentRow(Table, table=True):
    """A consent as it was given: never changed but for its withdrawal. ``version``: of the text that was agreed to."""

    __tablename__ = "accounts_consent"
    __table_args__ = (Index("ix_accounts_consent_person", "person", "purpose"),)

    id: int | None = Field(default=None, primary_key=True)
    person: str
    purpose: str
    version: int
    session: str = ""
    given_at: int = Field(sa_type=BigInteger)
    withdrawn_at: int | None = Field(default=None, sa_type=BigInteger)


class RequestRow(Table, table=True):
    """What a person asked of their data. ``note``: theirs; ``reason``: the answer's; both sealed.

    ``answered_by``: id of who answered; "" while nobody has, or when it was done by itself. ``result``: JSON of what
    each plugin did, without personal data.
    """

    __tablename__ = "accounts_request"
    __table_args__ = (
        Index("ix_accounts_request_person", "person", "asked_at"),
        Index("ix_accounts_request_state", "state", "asked_at", "id"),
    )

    id: str = Field(primary_key=True)
    person: str
    kind: str
    state: str
    note: str = Field(default="", sa_column_kwargs=SEALED)
    reason: str = Field(default="", sa_column_kwargs=SEALED)
    asked_at: int = Field(sa_type=BigInteger)
    reply_due_at: int = Field(sa_type=BigInteger)
    act_due_at: int = Field(sa_type=BigInteger)
    answered_at: int | None = Field(default=None, sa_type=BigInteger)
    answered_by: str = ""
    result: str = "[]"


class FileRow(Table, table=True):
    """The file of an EXPORT. ``request``: its id. ``body``: JSON, sealed; "" once it is gone."""

    __tablename__ = "accounts_file"

    request: str = Field(primary_key=True)
    person: str = Field(index=True)
    body: str = Field(sa_column_kwargs=SEALED)
    made_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
