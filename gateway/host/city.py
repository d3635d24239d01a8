"""The city: an assembly, running. What the server serves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

from gateway.context import Services
from gateway.data.database import Database
from gateway.data.faults import DatabaseFault
from gateway.events.bus import Bus
from gateway.events.listeners import ListenerRunner, listening
from gateway.events.relay import Relay
from gateway.execution.engine import Engine
from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.host.assembly import Assembly, assemble_file
from gateway.host.lifespans import bounded
from gateway.host.loading import Plugin
from gateway.host.manifest import Manifest
from gateway.host.questions import Questions
from gateway.host.remotes import open_remote
from gateway.host.stocking import migrate_all, seed_all
from gateway.planner.supergraph import Supergraph
from gateway.problem import Problem
from gateway.subgraphs.absent import AbsentSubgraph
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.local import LocalSubgraph
from gateway.subgraphs.protocol import Subgraph
from gateway.subgraphs.remote import HttpSubgraph
from identity.actor import ANONYMOUS, Actor
from identity.people import person_named
from identity.subgraph_tokens import SubgraphTokens
from identity.tokens import Tokens, load_key

log = structlog.get_logger("gateway.host")

SIGNED_IN_S = 12 * 3600
"""How long a seeded person stays signed in, in development."""


class NoGraph(Problem):
    """Not one plugin has a subgraph that composes: there is nothing to serve."""


class City:
    """One gateway process: its plugins, its data, its events, its engine."""

    def __init__(self, assembly: Assembly, database: Database) -> None:
        if assembly.joined.supergraph_sdl is None:
            raise NoGraph("No plugin has a part of the graph that composes: run congdanso check.")
        self.assembly = assembly
        self.manifest = assembly.manifest
        self.database = database
        self.bus = Bus()
        self.relay = Relay(database, self.bus, keep_days=self.manifest.gateway.keep_events_days)
        self.tokens = Tokens(load_key(self.manifest.token_key))
        self._subgraph_tokens = SubgraphTokens(load_key(self.manifest.data_folder / "subgraph-key.json"))
        self.services = self._services()
        self.subgraphs: dict[str, Subgraph] = {}
        self._client = HttpClient()
        self.subgraphs.update({name: self._live(name) for name in assembly.joined.live})
        self.subgraphs.update({name: AbsentSubgraph(name) for name in assembly.joined.absent})
        self.supergraph_sdl = assembly.joined.supergraph_sdl
        self.supergraph = _supergraph(self.supergraph_sdl)
        self.engine = self._new_engine()
        # Who asks after a change does not join an answer that was begun before it, whoever made it.
        database.on_commit(lambda _session: self.engine.forget_flights())
        self.relay.on_events(lambda: self.engine.forget_flights())

    def _new_engine(self) -> Engine:
        in_development = self.manifest.gateway.mode == "development"
        limits = Limits(introspection=in_development, suggestions=in_development)
        return Engine(self.supergraph, self.subgraphs, check=Guard(limits))

    def _services(self) -> dict[str, Services]:
        services: dict[str, Services] = {}
        ask = Questions(self.assembly.manager, services)
        sign_in = self.sign_in if self.manifest.gateway.mode == "development" else None
        for name, plugin in self.assembly.plugins.items():
            services[name] = Services(name, plugin.settings, self.database, self.bus, ask, sign_in)
        return services

    def _live(self, name: str) -> Subgraph:
        """The subgraph in this process, or at its URL: nothing else in the city tells them apart."""
        if (url := self.manifest.plugins[name].url) is not None:
            return open_remote(name, url, self.manifest.plugins[name], self._client, self._subgraph_tokens)
        return LocalSubgraph(name, self.assembly.schemas[name], self.services[name].context)

    def sign_in(self, person: str) -> str:
        """A token for a seeded person, in development.

        Raises:
            UnknownPerson: nobody of that name is seeded.
        """
        actor = person_named(person).to_actor(self.manifest.roles)
        return self.tokens.sign(actor, lifetime_s=SIGNED_IN_S)

    async def authenticate(self, token: str | None) -> Actor:
        """Raises: InvalidToken: it is not one of ours, or has expired."""
        return ANONYMOUS if token is None else self.tokens.verify(token)

    def jwks(self) -> dict[str, Any]:
        """The keys by which remote subgraphs check who asks."""
        return self._subgraph_tokens.jwks()

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        """The plugins in this process that have a subgraph, by name."""
        return {name: s for name, s in self.subgraphs.items() if isinstance(s, LocalSubgraph)}

    def close(self) -> None:
        """For a city that never ran."""
        self.database.close()

    def health(self) -> dict[str, Any]:
        states = self.assembly.states()
        for name, subgraph in self.subgraphs.items():
            if isinstance(subgraph, HttpSubgraph):
                states[name]["circuit"] = subgraph.circuit.state
        broken = [name for name, state in states.items() if state["state"] == "out" and self._is_fault(name)]
        return {"status": "degraded" if broken else "ok", "plugins": states}

    def _is_fault(self, name: str) -> bool:
        return self.manifest.plugins[name].enabled

    async def ready(self) -> dict[str, Any]:
        """Whether this process can serve: its database is there, and can be written to."""
        try:
            await self.database.check()
        except DatabaseFault as fault:
            log.warning("not ready", reason=fault.code, database=fault.state)
            return {"ready": False, "database": fault.state}
        except Exception as error:
            log.warning("not ready", reason=type(error).__name__)
            return {"ready": False, "database": "unreachable"}
        return {"ready": True, "database": "ok"}

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Events are relayed, listeners listen and the plugins' own lifespans run while the block does."""
        async with AsyncExitStack() as stack:
            stack.callback(self.database.close)
            stack.push_async_callback(self._client.close)
            for plugin in list(self.assembly.plugins.values()):
                await self._enter(stack, plugin)
            runners = [
                ListenerRunner(self.database, plugin.name, listener)
                for plugin in self.assembly.plugins.values()
                for listener in plugin.listeners
            ]
            for runner in runners:
                self.relay.on_events(runner.wake)
            await stack.enter_async_context(listening(self.database, runners))
            await stack.enter_async_context(self.relay.running())
            yield

    async def _enter(self, stack: AsyncExitStack, plugin: Plugin) -> None:
        hooks = self.assembly.manager.hook.lifespan.get_hookimpls()
        for hook in [hook for hook in hooks if hook.plugin_name == plugin.name]:
            try:
                own: Any = hook.function(self.services[plugin.name])
                await stack.enter_async_context(bounded(plugin.name, own))
            except Exception as error:
                log.exception("a plugin's lifespan failed", plugin=plugin.name)
                self.subgraphs[plugin.name] = AbsentSubgraph(plugin.name)
                self.engine = self._new_engine()
                self.assembly.leave_out(plugin.name, f"{plugin.name} failed in its lifespan: {type(error).__name__}")


@lru_cache(maxsize=4)
def _supergraph(sdl: str) -> Supergraph:
    return Supergraph.from_sdl(sdl)


def open_database(manifest: Manifest) -> Database:
    """The database of plugins.toml; the folder of a SQLite file is made."""
    url = manifest.database_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return Database(url, threads=manifest.gateway.database_threads)


def open_city(config: Path | None = None, *, seed: bool = False, **overrides: Any) -> City:
    """A city from plugins.toml: assembled, migrated (unless switched off) and, if asked, seeded.

    Raises:
        ManifestError, RequiredPluginOut, MigrationError, NoGraph: it cannot be opened, and why.
    """
    assembly = assemble_file(config, **overrides)
    database = open_database(assembly.manifest)
    if assembly.manifest.gateway.migrate_at_start or seed:
        migrate_all(assembly, database)
    if seed:
        seed_all(assembly, database)
    return City(assembly, database)
