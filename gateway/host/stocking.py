"""Stocking: the tables and seed data of an assembly's plugins, one plugin at a time."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlmodel import Session

import identity
from gateway.data.database import Database
from gateway.data.migrations import Migration, migrate, not_made, read_migrations
from gateway.host.assembly import Assembly, compose_all, leave_out_needy
from gateway.host.loading import Plugin, PluginProblem, guarded
from identity.seeding import seed_people
from schema.micros import now_us

IDENTITY_MIGRATIONS = Path(identity.__file__).parent / "migrations"
OWN_MIGRATIONS = Path(__file__).parent.parent / "events" / "migrations"


def migrate_all(assembly: Assembly, database: Database) -> list[Migration]:
    """Run the gateway's migrations and then each plugin's; a plugin whose migrations fail is left out."""
    backend = database.url.get_backend_name()
    done = migrate(database, read_migrations("gateway", OWN_MIGRATIONS, backend))
    done += migrate(database, read_migrations("identity", IDENTITY_MIGRATIONS, backend))

    def run(plugin: Plugin) -> None:
        folder = plugin.folder / "migrations"
        ran = guarded(
            f"{plugin.name} cannot be migrated",
            lambda: migrate(database, read_migrations(plugin.name, folder, backend)),
        )
        done.extend(ran)
        if plugin.tables is not None and (missing := not_made(database, plugin.tables.metadata)):
            raise PluginProblem(
                f"{plugin.name} has no migration that makes {', '.join(missing)}: "
                f"begin one with congdanso migrate --draft {plugin.name}."
            )

    _each_then_compose(assembly, run)
    return done


def seed_all(assembly: Assembly, database: Database) -> list[str]:
    """Run ``seed(session)`` of each plugin that has a seed.py, in order; returns their names. Idempotent.

    In development the people come first: those that one may sign in as. A plugin whose seed fails is left out, with
    nothing of its seed kept.
    """
    seeded: list[str] = []
    if assembly.manifest.in_development:
        with database.changing() as session:
            seed_people(session, assembly.manifest.secrets(), now_us())

    def run(plugin: Plugin) -> None:
        if not (plugin.folder / "seed.py").is_file():
            return
        rule: Callable[[Session], None] = importlib.import_module(f"{plugin.module.__package__}.seed").seed
        with database.changing() as session:
            rule(session)
        seeded.append(plugin.name)

    _each_then_compose(assembly, lambda plugin: guarded(f"{plugin.name} cannot be seeded", lambda: run(plugin)))
    return seeded


def _each_then_compose(assembly: Assembly, step: Callable[[Plugin], Any]) -> None:
    """A step for every plugin; compose anew when it put one out."""
    before = set(assembly.out)
    assembly.each(step)
    if set(assembly.out) != before:
        leave_out_needy(assembly)
        compose_all(assembly)
