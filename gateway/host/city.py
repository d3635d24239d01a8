"""The city: an assembly, running. What the server serves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.context import Answer
from gateway.data.database import Database
from gateway.execution.engine import Engine
from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.host.assembly import Assembly, assemble_file
from gateway.host.ended import EndedSessions
from gateway.host.hosted import HostedPlugins
from gateway.host.loading import Plugin
from gateway.host.manifest import Manifest
from gateway.host.questions import Arguments
from gateway.host.remotes import RemotePlugins
from gateway.host.simulating import new_sign_on
from gateway.host.stocking import migrate_all, seed_all
from gateway.host.witness import Witness
from gateway.planner.supergraph import Supergraph
from gateway.problem import Problem
from gateway.request import RequestScope
from gateway.subgraphs.absent import AbsentSubgraph
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.local import LocalSubgraph
from gateway.subgraphs.protocol import Subgraph
from gateway.subgraphs.remote import HttpSubgraph
from identity.actor import ANONYMOUS, Actor
from identity.subgraph_tokens import SubgraphTokens
from identity.tokens import load_key


class NoGraph(Problem):
    """Not one plugin has a subgraph that composes: there is nothing to serve."""


class City:
    """One gateway process: its plugins, its data, its events, its engine.

    ``public_url``: where it is reached, for who signs in, unless [identity] says so.
    """

    def __init__(self, assembly: Assembly, database: Database, public_url: str | None = None) -> None:
        if assembly.joined.supergraph_sdl is None:
            raise NoGraph("No plugin has a part of the graph that composes: run congdanso check.")
        self.assembly = assembly
        self.manifest = assembly.manifest
        self.database = database
        self._client = HttpClient()
        self._subgraph_tokens = SubgraphTokens(load_key(self.manifest.data_folder / "subgraph-key.json"))
        urls = {name: url for name in assembly.joined.live if (url := self.manifest.plugins[name].url)}
        self.remotes = RemotePlugins(urls, self._client, self._subgraph_tokens)
        self.hosted = HostedPlugins(assembly, database, self._client, self.remotes.elsewhere())
        self.services = self.hosted.services
        self.ended = EndedSessions()
        self.sign_on = new_sign_on(self.hosted, public_url, self.ended)
        self.subgraphs: dict[str, Subgraph] = {}
        self.subgraphs.update({name: self._live(name) for name in assembly.joined.live})
        self.subgraphs.update({name: AbsentSubgraph(name) for name in assembly.joined.absent})
        self.supergraph_sdl = assembly.joined.supergraph_sdl
        self.supergraph = _supergraph(self.supergraph_sdl)
        self.engine = self._new_engine()
        # Who asks after a change does not join an answer that was begun before it, whoever made it.
        database.on_commit(lambda _session: self.engine.forget_flights())
        self.hosted.relay.on_events(lambda: self.engine.forget_flights())

    def _new_engine(self) -> Engine:
        in_development = self.manifest.in_development
        limits = Limits(introspection=in_development, suggestions=in_development)
        return Engine(self.supergraph, self.subgraphs, check=Guard(limits), witness=Witness(self.database))

    def _live(self, name: str) -> Subgraph:
        """The subgraph in this process, or at its URL: nothing else in the city tells them apart."""
        if name in self.remotes.urls:
            return self.remotes.subgraph(name, self.manifest.plugins[name])
        return LocalSubgraph(name, self.assembly.schemas[name], self.services[name].context)

    def sign_in(self, person: str) -> str:
        """A token for a seeded person, in development.

        Raises:
            UnknownPerson: nobody of that name is seeded.
        """
        return self.hosted.sign_in(person)

    async def authenticate(self, token: str | None) -> Actor:
        """Raises: InvalidToken: it is not one of ours, has expired, or its session has ended."""
        if token is None:
            return ANONYMOUS
        actor = self.hosted.tokens.verify(token)
        self.ended.check(actor)
        return actor

    def on_session_end(self, call: Callable[[str], None]) -> None:
        """``call`` is told the id of each session that ends from now on."""
        self.ended.on_end(call)

    def jwks(self) -> dict[str, Any]:
        """The keys by which others check who asks: people's access tokens, and what goes to services."""
        return {"keys": [*self.hosted.tokens.jwks()["keys"], *self._subgraph_tokens.jwks()["keys"]]}

    async def answer_question(
        self, asker: str | None, token: str | None, question: str, scope: RequestScope, arguments: Arguments
    ) -> list[Answer] | None:
        """What all plugins but ``asker``, which runs elsewhere, answer; None when nobody does.

        Raises:
            InvalidToken, KeysUnavailable: it is not proven that one of the city's services asks.
        """
        scope.actor = await self.remotes.asking(asker, token)
        return await self.hosted.questions.answer(question, scope, arguments, asker)

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        """The plugins in this process that have a subgraph, by name."""
        return {name: s for name, s in self.subgraphs.items() if isinstance(s, LocalSubgraph)}

    def missing_services(self) -> Mapping[str, str]:
        return self.assembly.missing_services()

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
        return await self.hosted.ready()

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Events are relayed, listeners listen and the plugins' own lifespans run while the block does."""
        await self.ended.follow(self.database, self.hosted.bus)
        async with self.hosted.running(self._lost), self.sign_on.running():
            yield

    def _lost(self, plugin: Plugin, error: Exception) -> None:
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


def open_city(
    config: Path | None = None, *, seed: bool = False, public_url: str | None = None, **overrides: Any
) -> City:
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
    return City(assembly, database, public_url)
