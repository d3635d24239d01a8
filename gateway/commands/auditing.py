"""Commands about people's rights and data: the audit log, roles, and the encryption key's rotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import MetaData
from sqlmodel import Session

from gateway.commands.errors import CommandError
from gateway.data.database import Database
from gateway.data.migrations import migrate, read_migrations
from gateway.host.assembly import assemble_file
from gateway.host.city import open_database
from gateway.host.manifest import find_manifest, read_manifest
from gateway.host.stocking import IDENTITY_MIGRATIONS, migrate_all
from identity import audit, grants
from identity.keys import KeyRing
from identity.resealing import unsaid_columns
from identity.rotation import all_sealed, reseal_everything, rotate_file
from identity.sealing import Unsealable
from identity.secrets import FILE
from identity.tables import AuditRow, GrantRow, Table
from schema.errors import Refused
from schema.micros import now_us

P = ParamSpec("P")
T = TypeVar("T")

DAY_US: Final = 24 * 3600 * 1_000_000
_NOTED: Final = re.compile(r"(\d{1,15}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on the audit log, in words."""

    text: str
    is_sound: bool


def verify(config: Path | None, noted: str | None) -> Checked:
    """Go through the audit log. ``noted``: a head that was printed before, ``SEQ:HASH``.

    Raises:
        CommandError: ``noted`` is no head.
    """
    match = _NOTED.fullmatch(noted) if noted else None
    if noted and match is None:
        raise CommandError("--noted is a head as this command prints it: a number, a colon and 64 hexadecimal digits.")
    head = audit.Head(int(match[1]), match[2]) if match else None
    with _database(config).reading() as session:
        verdict = audit.verify(session, head)
    at = f"{verdict.head.seq}:{verdict.head.hash}"
    if verdict.broken_at is not None:
        return Checked(f"broken at line {verdict.broken_at}: {verdict.why}. Sound up to {at}", is_sound=False)
    return Checked(f"{verdict.lines} lines, all sound. Note the head elsewhere: {at}", is_sound=True)


def show(config: Path | None, subject: str | None, actor: str | None, first: int) -> str:
    """Lines about a person, or of what one did, the newest first. That they were read is a line, too.

    Raises:
        CommandError: neither or both are named, or one is no id.
    """
    person = subject or actor
    if person is None or (subject and actor):
        raise CommandError("name one: --subject, whom the lines are about, or --actor, who did what they tell.")

    def rule(session: Session) -> list[AuditRow]:
        rows = (audit.of_subject if subject else audit.of_actor)(session, person, first=first)
        entry = audit.Entry(grants.CONSOLE, "AUDIT_READ", subject=person, detail={"lines": len(rows)})
        audit.record(session, entry, now_us())
        return rows

    return "\n".join(_line(row) for row in _changed(config, rule)) or "no lines"


def grant(
    config: Path | None, person: str, role: str, *, agency: str | None, wards: Sequence[str], reason: str, days: int
) -> str:
    """Give a role from the city's own machine, as nobody's ADMIN. Raises: CommandError: it is refused."""
    now = now_us()

    def rule(session: Session) -> str:
        row = grants.grant(
            session,
            person,
            role,
            agency=agency,
            wards=wards,
            grantor=grants.CONSOLE,
            reason=reason,
            until=now + days * DAY_US,
            now=now,
        )
        return _grant_line(row)

    return _changed(config, rule)


def revoke(config: Path | None, id: int, reason: str) -> str:
    """Take a role back. Raises: CommandError: it is refused."""
    row = _changed(config, grants.revoke, id, by=grants.CONSOLE, reason=reason, now=now_us())
    return f"grant {row.id}: {row.person} is {row.role} no more. Tokens signed before expire within minutes."


def granted(config: Path | None, person: str) -> str:
    """A line for each role that a person holds now."""
    with _database(config).reading() as session:
        return "\n".join(_grant_line(row) for row in grants.grants_of(session, person, now_us())) or "no roles"


def rotate_encryption(config: Path | None, *, keep_old: bool) -> str:
    """Seal all personal data, of identity and of the plugins, with a new key.

    Where the settings name the keys, the operator puts the new one first, and takes the old one out afterwards.
    Otherwise, in development, the file of secrets is changed here.

    Raises:
        CommandError: the settings name one key only; a column holds sealed text and does not say so; something stands
            under none of the keys.
    """
    assembly = assemble_file(config)
    manifest = assembly.manifest
    manifest.secrets()  # made, or checked
    keys = [key.get_secret_value() for key in manifest.identity.encryption_keys]
    if len(keys) == 1:
        raise CommandError(
            "[identity] encryption_keys names one key. Put a new one before it, such as `openssl rand -base64 32 | "
            "tr '+/' '-_'` prints, start the gateway anew, and run this again."
        )
    database = open_database(manifest)
    migrate_all(assembly, database)
    owned = [plugin.tables.metadata for plugin in assembly.plugins.values() if plugin.tables is not None]
    _check_said(database, [Table.metadata, *owned])
    try:
        tables = all_sealed([Table.metadata, *owned])
        if keys:
            done = reseal_everything(database.changing, tables, keys)
            then = "Take all but the first key out of [identity] encryption_keys, and start the gateway anew."
        else:
            done = rotate_file(manifest.data_folder / FILE, database.changing, tables, keep_old=keep_old)
            then = "Start the gateway anew, if it runs" + (", and run this again." if keep_old else ".")
    except (Unsealable, ValueError) as error:
        raise CommandError(str(error)) from None
    _change(database, _record_rotation, done.rows)
    return f"{done.as_text()}\n{then}"


def _check_said(database: Database, owned: Sequence[MetaData]) -> None:
    with database.reading() as session:
        unsaid = [name for metadata in owned for name in unsaid_columns(session, metadata)]
    if unsaid:
        raise CommandError(
            f"{', '.join(unsaid)}: sealed, and not marked SEALED where the table is defined (identity/resealing.py). "
            "Nothing was done: it could not be opened any more once the old key is out."
        )


def _record_rotation(session: Session, rows: int) -> None:
    audit.record(session, audit.Entry(grants.CONSOLE, "ENCRYPTION_KEY_ROTATED", detail={"rows": rows}), now_us())


def _database(config: Path | None) -> Database:
    """The city's database, with identity's tables."""
    database = open_database(read_manifest(find_manifest(config)))
    migrate(database, read_migrations("identity", IDENTITY_MIGRATIONS, database.url.get_backend_name()))
    return database


def _changed(config: Path | None, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    return _change(_database(config), rule, *args, **kwargs)


def _change(database: Database, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        with database.changing() as session:
            return rule(session, *args, **kwargs)
    except Refused as refused:
        raise CommandError(f"{refused.code}: {refused.message}") from None


def _line(row: AuditRow) -> str:
    who = f"{row.actor} for {row.on_behalf_of}" if row.on_behalf_of else row.actor
    about = [
        f"of {row.subject}" if row.subject else "",
        row.object,
        row.reason,
        row.detail if row.detail != "{}" else "",
    ]
    return " ".join([str(row.seq), _time(row.at), who, row.act, *(each for each in about if each)])


def _grant_line(row: GrantRow) -> str:
    where = " ".join(each for each in (row.agency or "", row.wards) if each)
    until = _time(row.ends_at) if row.ends_at else "for good"
    return " ".join(each for each in (f"grant {row.id}: {row.person} is {row.role}", where, f"until {until}") if each)


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def rotate_signing(config: Path | None) -> str:
    """A new key for access tokens, in the data folder; every gateway that shares it sees it within seconds."""
    ring = KeyRing(read_manifest(find_manifest(config)).data_folder)
    old = ring.current().kid
    ring.rotate()
    return f"access tokens are signed with {ring.current().kid}; {old} still verifies, for a day"
