"""The command ``dead-letters``: events that a listener could not take in, shown and given to it again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlmodel import Session

from gateway.commands.errors import CommandError
from gateway.events.listeners import DeadLetterRow, Listener, dead_letters
from gateway.events.outbox import OutboxRow
from gateway.host.assembly import assemble_file
from gateway.host.city import open_database
from gateway.host.stocking import migrate_all


def show_or_retry(config: Path | None, *, retry: bool) -> str:
    """A line for each dead letter; with ``retry``, each is taken in now, those that fail stay.

    Raises:
        CommandError: some failed again.
    """
    assembly = assemble_file(config)
    database = open_database(assembly.manifest)
    migrate_all(assembly, database)
    with database.reading() as session:
        letters = dead_letters(session)
    lines = [f"{x.at:%Y-%m-%d %H:%M} {x.listener} could not take in event {x.event}: {x.error}" for x in letters]
    if not retry:
        return "\n".join(lines) or "no dead letters"
    listeners = {f"{p.name}.{each.name}": each for p in assembly.plugins.values() for each in p.listeners}
    failed: list[str] = []
    for letter, line in zip(letters, lines, strict=True):
        try:
            with database.changing() as session:
                take_in(session, letter, listeners)
        except Exception as error:
            failed.append(f"{line}; again: {type(error).__name__}: {error}")
    if failed:
        raise CommandError("\n".join(failed))
    return f"{len(letters)} taken in"


def take_in(session: Session, letter: DeadLetterRow, listeners: Mapping[str, Listener]) -> None:
    """Run the listener on the event, and the letter is gone.

    Raises:
        CommandError: there is no such listener any more, or the event is no longer kept.
    """
    if letter.listener not in listeners:
        raise CommandError(f"no plugin that is in has the listener {letter.listener}")
    row = session.get(OutboxRow, letter.event)
    if row is None:
        raise CommandError(f"event {letter.event} is no longer kept")
    listeners[letter.listener].rule(session, row.to_event())
    session.delete(session.get_one(DeadLetterRow, letter.id))
