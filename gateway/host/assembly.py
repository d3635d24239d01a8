"""Assembly: plugins.toml in, a city out. Each step may leave plugins out; none may bring the rest down."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import pluggy
import strawberry.federation
import structlog
from sqlmodel import Session
from strawberry.federation.schema_directives import Link
from strawberry.schema.config import StrawberryConfig

from gateway.data.database import Database
from gateway.data.migrations import Migration, migrate, read_migrations
from gateway.hooks import SubgraphTypes
from gateway.host.conformance import advice_on, check_plugin
from gateway.host.joining import Joined, join
from gateway.host.loading import Plugin, PluginProblem, add_plugin_folder, guarded, load_plugin, new_manager
from gateway.host.manifest import Manifest
from gateway.host.origins import Origins
from gateway.problem import Problem
from schema.compose import SubgraphSdl

log = structlog.get_logger("gateway.host")

OWN_MIGRATIONS = Path(__file__).parent.parent / "events" / "migrations"
FEDERATION_VERSION: Literal["2.9"] = "2.9"
FEDERATION_URL = f"https://specs.apollo.dev/federation/v{FEDERATION_VERSION}"
SWITCHED_OFF = "switched off: enabled = false in plugins.toml"


class RequiredPluginOut(Problem):
    """A plugin with ``required = true`` was left out, and the gateway does not start without it."""


@dataclass(slots=True)
class Assembly:
    """What came of plugins.toml. ``out``: name -> reason. ``schemas``: of the plugins that have a subgraph.

    ``advice``: what works and should be better, for ``check``.
    """

    manifest: Manifest
    manager: pluggy.PluginManager
    plugins: dict[str, Plugin] = field(default_factory=dict)
    schemas: dict[str, strawberry.federation.Schema] = field(default_factory=dict)
    sdls: dict[str, SubgraphSdl] = field(default_factory=dict)
    out: dict[str, str] = field(default_factory=dict)
    advice: list[str] = field(default_factory=list)
    joined: Joined = field(default_factory=lambda: Joined(None, (), (), {}))

    def leave_out(self, name: str, reason: str) -> None:
        """The plugin is no longer part of the city, and the reason is told.

        Raises:
            RequiredPluginOut: plugins.toml says that it is required.
        """
        self.out[name] = reason
        self.schemas.pop(name, None)
        self.sdls.pop(name, None)
        if self.plugins.pop(name, None) is not None:
            self.manager.unregister(name=name)
        if reason != SWITCHED_OFF:
            log.error("plugin left out", plugin=name, reason=reason)
        if self.manifest.plugins[name].required:
            raise RequiredPluginOut(f"{name} is required in plugins.toml and is out: {reason}")

    def states(self) -> dict[str, dict[str, str]]:
        """name -> ``{"state": "in" or "out", "reason": ...}``, in the order of plugins.toml."""
        return {
            name: {"state": "out" if name in self.out else "in", "reason": self.out.get(name, "")}
            for name in self.manifest.plugins
        }

    def each(self, step: Callable[[Plugin], Any]) -> None:
        """Run a step for every plugin that is in; one that fails is left out."""
        for plugin in list(self.plugins.values()):
            try:
                step(plugin)
            except PluginProblem as problem:
                self.leave_out(plugin.name, str(problem))


def assemble(manifest: Manifest) -> Assembly:
    """Load, check, and compose.

    Raises:
        RequiredPluginOut: a required plugin is out.
    """
    assembly = Assembly(manifest, new_manager())
    add_plugin_folder(manifest.folder / "plugins")
    for name, entry in manifest.plugins.items():
        if not entry.enabled:
            assembly.leave_out(name, SWITCHED_OFF)
            continue
        try:
            assembly.plugins[name] = load_plugin(assembly.manager, name, entry)
        except PluginProblem as problem:
            assembly.leave_out(name, str(problem))
    assembly.each(check_plugin)
    assembly.each(lambda plugin: _add_questions(assembly, plugin))
    assembly.each(lambda plugin: _build_schema(assembly, plugin))
    _leave_out_needy(assembly)
    _compose(assembly)
    return assembly


def _add_questions(assembly: Assembly, plugin: Plugin) -> None:
    if plugin.questions is None:
        return
    questions = plugin.questions
    try:
        assembly.manager.add_hookspecs(questions)
    except pluggy.PluginValidationError as error:
        # The one at fault is the plugin whose answer does not fit the question, not the one that asks.
        at_fault = assembly.manager.get_name(error.plugin) or plugin.name
        assembly.leave_out(at_fault, f"{at_fault} answers a question of {plugin.name} in another shape: {error}")
        if at_fault != plugin.name:
            _add_questions(assembly, plugin)
    except ValueError as error:
        raise PluginProblem(f"{plugin.name} has a questions() class without questions: {error}") from None


def _build_schema(assembly: Assembly, plugin: Plugin) -> None:
    types = plugin.subgraph
    if not (types.query or types.mutation or types.subscription or types.types):
        return
    schema = guarded(f"{plugin.name}'s graph cannot be built", lambda: _federation_schema(types))
    assembly.schemas[plugin.name] = schema
    assembly.sdls[plugin.name] = SubgraphSdl(
        name=plugin.name,
        sdl=schema.as_str(),
        url=f"/subgraphs/{plugin.name}/graphql",
        origins=Origins(schema, assembly.manifest.folder),
    )
    assembly.advice += advice_on(plugin.name, schema._schema)


def _federation_schema(types: SubgraphTypes) -> strawberry.federation.Schema:
    def build(links: Sequence[Link]) -> strawberry.federation.Schema:
        return strawberry.federation.Schema(
            query=types.query,
            mutation=types.mutation,
            subscription=types.subscription,
            types=types.types,
            config=StrawberryConfig(disable_field_suggestions=True),
            federation_version=FEDERATION_VERSION,
            schema_directives=links,
        )

    schema = build([])
    # Strawberry links Federation 2 only where a directive of it is used; without the link the SDL reads as
    # Federation 1, where everything may be shared and two plugins with one field would not be told.
    linked = any(isinstance(directive, Link) for directive in schema.schema_directives)
    return schema if linked else build([Link(url=FEDERATION_URL, import_=[cast("Any", "@key")])])


def _leave_out_needy(assembly: Assembly) -> None:
    """Leave out whoever needs a plugin that is out, until nobody does."""
    while needy := [
        (plugin.name, need)
        for plugin in assembly.plugins.values()
        for need in plugin.about.needs
        if need not in assembly.plugins
    ]:
        name, need = needy[0]
        why = f", which is out ({assembly.out[need]})" if need in assembly.out else ", which plugins.toml does not list"
        assembly.leave_out(name, f"{name} needs {need}{why}.")


def _compose(assembly: Assembly) -> None:
    """Compose what is in; leave out what clashes, and whoever needs that, until the rest composes."""
    required = {name for name, entry in assembly.manifest.plugins.items() if entry.required}
    while True:
        assembly.joined = join(list(assembly.sdls.values()), known_sdls(assembly), required=required)
        before = len(assembly.plugins)
        for name, reason in assembly.joined.refused.items():
            assembly.leave_out(name, reason)
        _leave_out_needy(assembly)
        if len(assembly.plugins) == before:
            return


def snapshot_file(manifest: Manifest, name: str) -> Path:
    """Where the last known SDL of a plugin's subgraph is kept."""
    return manifest.folder / "schema" / "subgraphs" / f"{name}.graphql"


def known_sdls(assembly: Assembly) -> Mapping[str, SubgraphSdl]:
    """The last known SDL of each plugin that is out."""
    files = {name: snapshot_file(assembly.manifest, name) for name in assembly.out}
    return {
        name: SubgraphSdl(name=name, sdl=file.read_text(encoding="utf-8"))
        for name, file in files.items()
        if file.is_file()
    }


def migrate_all(assembly: Assembly, database: Database) -> list[Migration]:
    """Run the gateway's migrations and then each plugin's; a plugin whose migrations fail is left out."""
    backend = database.url.get_backend_name()
    done = migrate(database, read_migrations("gateway", OWN_MIGRATIONS, backend))

    def run(plugin: Plugin) -> None:
        done.extend(
            guarded(
                f"{plugin.name} cannot be migrated",
                lambda: migrate(database, read_migrations(plugin.name, plugin.folder / "migrations", backend)),
            )
        )

    _each_then_compose(assembly, run)
    return done


def seed_all(assembly: Assembly, database: Database) -> list[str]:
    """Run ``seed(session)`` of each plugin that has a seed.py, in order; returns their names. Idempotent.

    A plugin whose seed fails is left out, with nothing of its seed kept.
    """
    seeded: list[str] = []

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
        _leave_out_needy(assembly)
        _compose(assembly)
