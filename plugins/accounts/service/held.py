"""What identity and this plugin hold of a person, told whole: their part of the data file."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from identity import audit
from identity.grants import grants_of
from identity.links import links_of, show
from identity.secrets import Secrets
from identity.tables import AuditRow, DelegationRow, PersonRow, SessionRow
from plugins.accounts.models import ConsentRow
from plugins.accounts.service.contacts import contacts_of
from plugins.accounts.service.places import opened, places_of
from plugins.accounts.service.profile import clock, profiles
from plugins.accounts.service.requests import requests_of
from schema.micros import from_micros

LINES_MOST = 5000

Held = dict[str, Any]


def identity_held(session: Session, person: str, secrets: Secrets, now: int) -> Held:
    """The e-ID, sessions, roles, delegations, and the newest lines of the audit log about the person."""
    who = session.get(PersonRow, person)
    own = select(SessionRow).where(SessionRow.person == person)
    given = select(DelegationRow).where((DelegationRow.person == person) | (DelegationRow.helper == person))
    return {
        "account": {"code": person, "status": who.status if who else "", "created_at": _at(who and who.created_at)},
        "electronic_identities": [_link(each, secrets) for each in links_of(session, person)],
        "sessions": [
            {"channel": row.channel, "device": row.device, "level": row.level, "begun_at": _at(row.begun_at)}
            | {"seen_at": _at(row.seen_at), "ended_at": _at(row.ended_at), "ended_why": row.ended_why}
            for row in session.exec(own)
        ],
        "roles": [
            {"role": row.role, "agency": row.agency, "from": _at(row.begins_at), "until": _at(row.ends_at)}
            for row in grants_of(session, person, now)
        ],
        "delegations": [_delegation(row, person) for row in session.exec(given)],
        "audit_log": [_line(row, person) for row in _lines(session, person)],
    }


def accounts_held(session: Session, person: str, secrets: Secrets) -> Held:
    """The profile, contacts, places, consents and requests."""
    profile = profiles(session, [person])[person]
    opens = secrets.sealer.open
    consents = select(ConsentRow).where(ConsentRow.person == person)
    quiet = None
    if profile.quiet_from is not None and profile.quiet_to is not None:
        quiet = {"from": clock(profile.quiet_from), "to": clock(profile.quiet_to)}
    return {
        "profile": {"language": profile.language, "channels": profile.channels.split(), "quiet_hours": quiet},
        "contacts": [
            {"kind": row.kind, "value": opens(row.value), "added_at": _at(row.added_at)}
            | {"verified_at": _at(row.verified_at)}
            for row in contacts_of(session, person)
        ],
        "saved_places": [
            {"label": place.label, "lat": place.point.lat, "lng": place.point.lng, "ward": row.ward}
            for row in places_of(session, person)
            for place in [opened(row, secrets)]
        ],
        "consents": [
            {"purpose": row.purpose, "version": row.version, "given_at": _at(row.given_at)}
            | {"withdrawn_at": _at(row.withdrawn_at)}
            for row in session.exec(consents)
        ],
        "data_requests": [
            {"kind": row.kind, "state": row.state, "asked_at": _at(row.asked_at)}
            | {"note": opens(row.note) if row.note else "", "reason": opens(row.reason) if row.reason else ""}
            for row in requests_of(session, person)
        ],
    }


def _link(link: Any, secrets: Secrets) -> Held:
    shown = show(secrets, link)
    return {
        "provider": link.provider,
        "name": shown.name,
        "birth_date": shown.birth_date.isoformat() if shown.birth_date else None,
        "last_3_digits": shown.last3,
        "level": shown.level,
        "linked_at": _at(link.linked_at),
    }


def _delegation(row: DelegationRow, person: str) -> Held:
    # What the other one wrote is theirs; who they are, a code tells.
    return {
        "person": row.person,
        "helper": row.helper,
        "scopes": row.scopes.split(),
        "note": row.note if row.person == person else "",
        "from": _at(row.begins_at),
        "until": _at(row.ends_at),
        "accepted_at": _at(row.accepted_at),
        "revoked_at": _at(row.revoked_at),
    }


def _lines(session: Session, person: str) -> list[AuditRow]:
    found: list[AuditRow] = []
    after: int | None = None
    while len(found) < LINES_MOST:
        page = audit.of_subject(session, person, after, audit.PAGE_MOST)
        found += page
        if len(page) < audit.PAGE_MOST:
            break
        after = page[-1].seq
    return found


def _line(row: AuditRow, person: str) -> Held:
    by = "SELF" if row.actor == person else "OTHER"
    return {"at": _at(row.at), "by": by, "act": row.act, "object": row.object, "reason": row.reason}


def _at(micros: int | None) -> str | None:
    return None if micros is None else from_micros(micros).isoformat()
