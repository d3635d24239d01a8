"""The tables of identity: people, their e-ID, sessions, sign-ins under way, roles, and the audit log.

Times are microseconds since 1970 in UTC. What tells who a citizen is stands sealed or as a keyed hash
(``identity.sealing``); what lets somebody in (a refresh token, a state, a ticket) as its SHA-256.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from identity.resealing import SEALED
from schema.tables import new_registry


class Table(SQLModel, registry=new_registry()):
    """Base of identity's tables."""


class PersonRow(Table, table=True):
    """Somebody who has signed in. ``id``: opaque, the actor's. ``status``: ACTIVE, RESTRICTED or ERASED."""

    __tablename__ = "identity_person"

    id: str = Field(primary_key=True)
    status: str = "ACTIVE"
    created_at: int = Field(sa_type=BigInteger)


class LinkRow(Table, table=True):
    """A person's e-ID at a provider. ``subject_hash``, ``citizen_hash``: keyed hashes; "" without a citizen number.

    ``last3``: of the citizen number. ``name``, ``birth``: sealed; ``birth``: an ISO date, sealed, "" when not told.
    ``level``: the highest that was seen, last at ``level_at``. ``unlinked_at``: since then it holds hashes alone.
    """

    __tablename__ = "identity_link"
    __table_args__ = (
        UniqueConstraint("provider", "subject_hash"),
        Index("ix_identity_link_person", "person"),
        Index("ix_identity_link_citizen_hash", "citizen_hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person: str
    provider: str
    subject_hash: str
    citizen_hash: str = ""
    last3: str = ""
    name: str = Field(default="", sa_column_kwargs=SEALED)
    birth: str = Field(default="", sa_column_kwargs=SEALED)
    level: int
    acr: str = ""
    level_at: int = Field(sa_type=BigInteger)
    linked_at: int = Field(sa_type=BigInteger)
    seen_at: int = Field(sa_type=BigInteger)
    unlinked_at: int | None = Field(default=None, sa_type=BigInteger)


class SessionRow(Table, table=True):
    """One sign-in, until it ends. ``channel``: WEB or APP. ``device``: such as ``Chrome, Android``, never more.

    ``provider_sid``: the provider's session, by which it ends ours. ``expires_at``: the end at the latest; ``idle_at``:
    the end when it is not refreshed before.
    """

    __tablename__ = "identity_session"
    __table_args__ = (
        Index("ix_identity_session_person", "person", "begun_at"),
        Index("ix_identity_session_provider_sid", "provider", "provider_sid"),
    )

    id: str = Field(primary_key=True)
    person: str
    channel: str
    device: str = ""
    provider: str
    provider_sid: str = ""
    level: int
    acr: str = ""
    auth_at: int = Field(sa_type=BigInteger)
    begun_at: int = Field(sa_type=BigInteger)
    seen_at: int = Field(sa_type=BigInteger)
    idle_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    ended_why: str = ""


class RefreshRow(Table, table=True):
    """A refresh token, by its hash. ``used_at``: set once; a second use ends the session."""

    __tablename__ = "identity_refresh"
    __table_args__ = (Index("ix_identity_refresh_session", "session"),)

    hash: str = Field(primary_key=True)
    session: str
    issued_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class LoginRow(Table, table=True):
    """A sign-in under way, by the hash of its state. ``browser_hash``: of the cookie of the browser that began it.

    ``nonce``, ``verifier``: sealed. ``target``: where it goes on: a path of ours, or the app's own redirect URI with
    ``app_challenge`` (S256). ``session``: whose level is to be raised, "" for a new sign-in.
    """

    __tablename__ = "identity_login"

    state_hash: str = Field(primary_key=True)
    provider: str
    browser_hash: str = ""
    nonce: str = Field(sa_column_kwargs=SEALED)
    verifier: str = Field(sa_column_kwargs=SEALED)
    channel: str
    target: str
    app_challenge: str = ""
    app_state: str = ""
    level: int
    session: str = ""
    begun_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class TicketRow(Table, table=True):
    """What an app gets in its redirect and gives back, once, for its tokens; by its hash."""

    __tablename__ = "identity_ticket"

    hash: str = Field(primary_key=True)
    session: str
    app_challenge: str
    expires_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class GrantRow(Table, table=True):
    """A role of a person, for a time. ``wards``: GSO codes, joined by spaces. ``grantor``: who gave it."""

    __tablename__ = "identity_grant"
    __table_args__ = (Index("ix_identity_grant_person", "person"),)

    id: int | None = Field(default=None, primary_key=True)
    person: str
    role: str
    agency: str | None = None
    wards: str = ""
    grantor: str
    reason: str
    begins_at: int = Field(sa_type=BigInteger)
    ends_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_by: str = ""


class DelegationRow(Table, table=True):
    """``helper`` acts for ``person``, who gave it, within ``scopes`` (joined by spaces) until ``ends_at``.

    ``accepted_at``: by the helper. ``revoked_by``: either of the two.
    """

    __tablename__ = "identity_delegation"
    __table_args__ = (
        Index("ix_identity_delegation_person", "person"),
        Index("ix_identity_delegation_helper", "helper"),
    )

    id: str = Field(primary_key=True)
    person: str
    helper: str
    scopes: str
    note: str = ""
    begins_at: int = Field(sa_type=BigInteger)
    ends_at: int = Field(sa_type=BigInteger)
    accepted_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_by: str = ""


class AuditRow(Table, table=True):
    """A line of the audit log. ``hash``: of this line and ``before``, the hash of the line above.

    ``subject``: whose data or rights it is about. ``object``: the thing, as a global id. ``detail``: JSON without
    personal data.
    """

    __tablename__ = "identity_audit"
    __table_args__ = (
        Index("ix_identity_audit_subject", "subject", "seq"),
        Index("ix_identity_audit_actor", "actor", "seq"),
        Index("ix_identity_audit_on_behalf_of", "on_behalf_of", "seq"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    at: int = Field(sa_type=BigInteger)
    actor: str
    session: str = ""
    on_behalf_of: str = ""
    act: str
    subject: str = ""
    object: str = ""
    reason: str = ""
    detail: str = "{}"
    before: str
    hash: str


class SpentRow(Table, table=True):
    """Something that may be used once and was: the ``jti`` of a provider's logout token, by its hash."""

    __tablename__ = "identity_spent"

    hash: str = Field(primary_key=True)
    expires_at: int = Field(sa_type=BigInteger)
