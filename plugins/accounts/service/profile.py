"""The rules of a profile: the language, the channels, the quiet hours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from gateway.plugin import Actor, Refused
from plugins.accounts.models import ContactRow, ProfileRow
from plugins.accounts.service.rights import own_account_to_change
from plugins.accounts.terms import NEEDED_CONTACT, Channel, ContactKind, Language

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Minutes of the city's day. ``begins`` after ``ends`` is over midnight."""

    begins: int
    ends: int

    @classmethod
    def read(cls, begins: str, ends: str) -> Quiet:
        """Of ``HH:MM``. Raises: Refused: BAD_QUIET_HOURS."""
        times = [_TIME.fullmatch(each) for each in (begins, ends)]
        minutes = [int(each[1]) * 60 + int(each[2]) for each in times if each]
        if len(minutes) < 2 or minutes[0] == minutes[1]:
            text = "quietHours are two times of the city's day that differ, such as 22:00 and 06:30."
            raise Refused(text, code="BAD_QUIET_HOURS", field="quietHours")
        return cls(*minutes)


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change; None leaves it. ``no_quiet``: take the quiet hours out."""

    language: Language | None = None
    channels: Sequence[Channel] | None = None
    quiet: Quiet | None = None
    no_quiet: bool = False


def clock(minute: int) -> str:
    """``HH:MM``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def default_profile(person: str) -> ProfileRow:
    """As it comes, before the person sets anything. ``version``: 0."""
    channels = f"{Channel.INAPP} {Channel.PUSH}"
    return ProfileRow(person=person, language=Language.VI, channels=channels, version=0, updated_at=0)


def profiles(session: Session, people: Sequence[str]) -> Mapping[str, ProfileRow]:
    found = {row.person: row for row in session.exec(select(ProfileRow).where(col(ProfileRow.person).in_(people)))}
    return {person: found.get(person) or default_profile(person) for person in people}


def update_profile(session: Session, changes: Changes, by: Actor, *, expected_version: int | None, now: int) -> None:
    """Set what ``changes`` says.

    Raises:
        Refused: RESTRICTED and those of one's own account; VERSION_CONFLICT; INAPP_NEEDED; CONTACT_NEEDED.
    """
    own_account_to_change(session, by)
    row = _profile_to_change(session, by.id)
    if expected_version is not None and expected_version != row.version:
        text = f"The profile is at version {row.version}, not {expected_version}: read it again, then decide."
        raise Refused(text, code="VERSION_CONFLICT", field="expectedVersion")
    if changes.language is not None:
        row.language = changes.language.value
    if changes.channels is not None:
        _check_channels(session, changes.channels, by.id)
        row.channels = _joined(changes.channels)
    if changes.quiet is not None or changes.no_quiet:
        quiet = changes.quiet
        row.quiet_from, row.quiet_to = (quiet.begins, quiet.ends) if quiet else (None, None)
    _store(session, row, now)


def drop_channels(session: Session, person: str, now: int) -> None:
    """Take out the channels whose last verified contact is gone."""
    row = session.get(ProfileRow, person)
    if row is None:
        return
    kinds = verified_kinds(session, person)
    channels = [Channel(each) for each in row.channels.split()]
    kept = [each for each in channels if each not in NEEDED_CONTACT or NEEDED_CONTACT[each] in kinds]
    if kept != channels:
        row.channels = _joined(kept)
        _store(session, row, now)


def verified_kinds(session: Session, person: str) -> set[ContactKind]:
    kinds = select(ContactRow.kind).where(ContactRow.person == person, col(ContactRow.verified_at).is_not(None))
    return {ContactKind(kind) for kind in session.exec(kinds)}


def _profile_to_change(session: Session, person: str) -> ProfileRow:
    row = session.get(ProfileRow, person, with_for_update=True)
    return row or default_profile(person)


def _store(session: Session, row: ProfileRow, now: int) -> None:
    row.version += 1
    row.updated_at = now
    session.add(row)
    session.flush()


def _check_channels(session: Session, channels: Sequence[Channel], person: str) -> None:
    if Channel.INAPP not in channels:
        text = "INAPP stays: what the law says must be told is told there."
        raise Refused(text, code="INAPP_NEEDED", field="channels")
    kinds = verified_kinds(session, person)
    for channel in channels:
        needed = NEEDED_CONTACT.get(channel)
        if needed is not None and needed not in kinds:
            text = f"{channel} needs a verified contact of kind {needed}: add one first."
            raise Refused(text, code="CONTACT_NEEDED", field="channels")


def _joined(channels: Sequence[Channel]) -> str:
    return " ".join(channel.value for channel in Channel if channel in channels)
