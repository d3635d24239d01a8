"""Commands about the data: token, migrate, import."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Session

from gateway.commands.errors import CommandError
from gateway.host.assembly import Assembly, assemble_file
from gateway.host.city import open_database
from gateway.host.manifest import find_manifest, read_manifest
from gateway.host.stocking import migrate_all
from identity.people import UnknownPerson, person_named
from schema.errors import Refused
from schema.imports import ImportReport

Importer = Callable[[Session, Path], ImportReport]


def token(person: str, config: Path | None, hours: float) -> str:
    """A signed token for a seeded person.

    Raises:
        CommandError: in production, where seeded people do not exist.
    """
    manifest = read_manifest(find_manifest(config))
    if manifest.gateway.mode == "production":
        raise CommandError("mode is production in plugins.toml: seeded people sign in in development only.")
    try:
        actor = person_named(person).to_actor(manifest.roles)
    except UnknownPerson as unknown:
        raise CommandError(str(unknown)) from None
    return manifest.tokens().sign(actor, lifetime_s=int(hours * 3600))


def migrate(config: Path | None) -> str:
    """Run what has not been run; say what was."""
    assembly = assemble_file(config)
    done = migrate_all(assembly, open_database(assembly.manifest))
    out = [f"out: {reason}" for reason in assembly.out.values() if "cannot be migrated" in reason]
    return "\n".join([*(f"{m.plugin}: {m.name}" for m in done), *out]) or "nothing to migrate"


def draft(config: Path | None, plugin: str) -> str:
    """CREATE statements for a plugin's tables, to begin a migration with."""
    assembly = assemble_file(config)
    loaded = assembly.plugins.get(plugin)
    if loaded is None or loaded.tables is None:
        raise CommandError(f"{plugin} is not in, or has no tables() hook.")
    dialect = open_database(assembly.manifest).engine.dialect
    lines: list[str] = []
    for table in loaded.tables.metadata.sorted_tables:
        lines.append(f"{str(CreateTable(table).compile(dialect=dialect)).strip()};")
        lines += [
            f"{CreateIndex(i).compile(dialect=dialect)};" for i in sorted(table.indexes, key=lambda i: str(i.name))
        ]
    return "\n".join(lines)


def import_file(kind: str, file: Path, config: Path | None) -> str:
    """Import a file by the plugin that knows its kind, in one transaction.

    Raises:
        CommandError: no plugin imports that kind, the file is not there, or something in it was refused.
    """
    if not file.is_file():
        raise CommandError(f"{file} is not a file.")
    assembly = assemble_file(config)
    importers = _importers(assembly)
    if kind not in importers:
        raise CommandError(f"no plugin imports {kind!r}: there are {', '.join(sorted(importers)) or 'none'}.")
    database = open_database(assembly.manifest)
    migrate_all(assembly, database)
    try:
        with database.changing() as session:
            report = importers[kind](session, file)
    except Refused as refused:
        raise CommandError(refused.message) from None
    if not report.ok:
        raise CommandError(report.as_text())
    return report.as_text()


def _importers(assembly: Assembly) -> dict[str, Importer]:
    """kind -> rule, from ``importer.py`` of each plugin that is in."""
    found: dict[str, Importer] = {}
    for plugin in assembly.plugins.values():
        if (plugin.folder / "importer.py").is_file():
            found.update(importlib.import_module(f"{plugin.module.__package__}.importer").IMPORTS)
    return found
