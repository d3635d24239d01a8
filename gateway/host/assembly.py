"""Assembly: plugins.toml in, a city out. Each step may leave plugins out; none may bring the rest down."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import pluggy
import strawberry.federation
import structlog
from strawberry.federation.schema_directives import Link
from strawberry.schema.config import StrawberryConfig

from gateway.hooks import SubgraphTypes
from gateway.host.conformance import advice_on, check_hooks, check_plugin
from gateway.host.joining import Joined, join
from gateway.host.loading import Plugin, PluginProblem, add_plugin_folder, guarded, load_plugin, new_manager
from gateway.host.manifest import Manifest, ManifestError, find_manifest, read_manifest
from gateway.host.origins import Origins
from gateway.host.remotes import UNTOLD, remote_subgraph
from gateway.problem import Problem
from schema.compose import SubgraphSdl

log = structlog.get_logger("gateway.host")

FEDERATION_VERSION: Literal["2.9"] = "2.9"
FEDERATION_URL = f"https://specs.apollo.dev/federation/v{FEDERATION_VERSION}"
SWITCHED_OFF = "switched off: enabled = false in plugins.toml"


class RequiredPluginOut(Problem):
    """A plugin with ``required = true`` was left out, and the gateway does not start without it."""


@dataclass(slots=True)
class Assembly:
    """What came of plugins.toml. ``out``: name -> reason. ``schemas``: of the plugins here that have a subgraph;
    ``sdls``: of those and of the ones that run elsewhere.

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

    def missing_services(self) -> dict[str, str]:
        """name -> URL of the plugins that run elsewhere and did not tell their SDL: they may come."""
        entries = self.manifest.plugins.items()
        return {name: e.url for name, e in entries if e.url and self.out.get(name, "").startswith(name + UNTOLD)}

    def each(self, step: Callable[[Plugin], Any]) -> None:
        """Run a step for every plugin that is in; one that fails is left out."""
        for plugin in list(self.plugins.values()):
            try:
                step(plugin)
            except PluginProblem as problem:
                self.leave_out(plugin.name, str(problem))


def assemble_file(config: Path | None, **overrides: Any) -> Assembly:
    """``assemble``, from the file at ``config`` or the one that is found; ``overrides`` as for ``read_manifest``."""
    return assemble(read_manifest(find_manifest(config), **overrides))


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
            if entry.url is not None:
                assembly.sdls[name] = remote_subgraph(name, entry, manifest.folder)
            else:
                assembly.plugins[name] = load_plugin(assembly.manager, name, entry)
        except PluginProblem as problem:
            assembly.leave_out(name, str(problem))
    _check_and_build(assembly)
    leave_out_needy(assembly)
    compose_all(assembly)
    return assembly


def assemble_one(manifest: Manifest, name: str) -> Assembly:
    """The plugin ``name`` alone, loaded and checked, whatever the file says of its ``url``. Nothing is composed.

    Raises:
        ManifestError: the file does not list it.
        RequiredPluginOut: it is out, and required.
    """
    if name not in manifest.plugins:
        raise ManifestError(f"plugins.toml has no plugin {name}: it lists {', '.join(manifest.plugins) or 'none'}.")
    assembly = Assembly(manifest, new_manager())
    add_plugin_folder(manifest.folder / "plugins")
    try:
        assembly.plugins[name] = load_plugin(assembly.manager, name, manifest.plugins[name])
    except PluginProblem as problem:
        assembly.leave_out(name, str(problem))
    _check_and_build(assembly)
    return assembly


def _check_and_build(assembly: Assembly) -> None:
    assembly.each(check_plugin)
    assembly.each(lambda plugin: _add_questions(assembly, plugin))
    assembly.each(lambda plugin: assembly.advice.extend(check_hooks(assembly.manager, plugin)))
    assembly.each(lambda plugin: _build_schema(assembly, plugin))


def _add_questions(assembly: Assembly, plugin: Plugin) -> None:
    if plugin.questions is None:
        return
    for name, spec in vars(plugin.questions).items():
        if inspect.isfunction(spec) and not name.startswith("_"):
            _leave_out_misfits(assembly, plugin.name, name, set(inspect.signature(spec).parameters))
    try:
        assembly.manager.add_hookspecs(plugin.questions)
    except ValueError as error:
        raise PluginProblem(f"{plugin.name} has a questions() class without @question methods: {error}") from None


def _leave_out_misfits(assembly: Assembly, asker: str, question: str, takes: set[str]) -> None:
    """The one at fault is the plugin whose answer asks for what the question does not give, not the one that asks."""
    caller = getattr(assembly.manager.hook, question, None)
    for impl in caller.get_hookimpls() if caller is not None else ():
        if unknown := sorted(set(impl.argnames) - takes):
            name = impl.plugin_name
            assembly.leave_out(
                name, f"{name} answers {question} of {asker} and asks for {', '.join(unknown)}, which it does not give."
            )


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


def leave_out_needy(assembly: Assembly) -> None:
    """Leave out whoever needs a plugin that is out, until nobody does."""
    while needy := [
        (plugin.name, need)
        for plugin in assembly.plugins.values()
        for need in plugin.about.needs
        if need not in assembly.plugins and need not in assembly.sdls
    ]:
        name, need = needy[0]
        why = f", which is out ({assembly.out[need]})" if need in assembly.out else ", which plugins.toml does not list"
        assembly.leave_out(name, f"{name} needs {need}{why}.")


def compose_all(assembly: Assembly) -> None:
    """Compose what is in; leave out what clashes, and whoever needs that, until the rest composes."""
    required = {name for name, entry in assembly.manifest.plugins.items() if entry.required}
    while True:
        live = [assembly.sdls[name] for name in assembly.manifest.plugins if name in assembly.sdls]
        assembly.joined = join(live, known_sdls(assembly), required=required)
        before = len(assembly.out)
        for name, reason in assembly.joined.refused.items():
            assembly.leave_out(name, reason)
        leave_out_needy(assembly)
        if len(assembly.out) == before:
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
