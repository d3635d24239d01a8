"""One plugin, served by itself: the same code and rules as inside the gateway, asked by the gateway alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, parse

from gateway.context import Answer
from gateway.data.database import Database
from gateway.execution.errors import RequestError
from gateway.host.assembly import Assembly, assemble_one
from gateway.host.city import open_database
from gateway.host.elsewhere import KEYS_PATH, QuestionDoor, ThroughGateway
from gateway.host.hosted import HostedPlugins
from gateway.host.loading import Plugin
from gateway.host.manifest import find_manifest, read_manifest
from gateway.host.questions import Arguments
from gateway.host.stocking import migrate_all, seed_all
from gateway.problem import Problem
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.server.served import Operation
from gateway.server.subgraph_engine import SubgraphEngine
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import ANONYMOUS, Actor
from identity.jwks import KeySets
from identity.subgraph_tokens import SubgraphTokens, SubgraphVerifier
from identity.tokens import AUDIENCE, InvalidToken, load_key

OUTSIDER: Final = Actor(id="", roles=frozenset(("OUTSIDER",)))
"""Who brings no token: a gateway that starts, and has no keys to show yet. It is told the SDL and nothing else."""

_FOR_OUTSIDERS: Final = frozenset(("_service", "__typename"))


class NotServable(Problem):
    """The plugin cannot be served by itself. The message says why."""


class ServiceEngine:
    """The plugin's schema, for those who may ask it."""

    def __init__(self, inner: SubgraphEngine) -> None:
        self._inner = inner

    def prepare(self, request: GraphQLRequest) -> Operation:
        return self._inner.prepare(request)

    async def execute(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse:
        return self._refusal(request, scope) or await self._inner.execute(request, scope)

    async def subscribe(
        self, request: GraphQLRequest, scope: RequestScope
    ) -> AsyncIterator[GraphQLResponse] | GraphQLResponse:
        return self._refusal(request, scope) or await self._inner.subscribe(request, scope)

    def _refusal(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse | None:
        if scope.actor != OUTSIDER:
            return None
        try:
            self._inner.prepare(request)
        except RequestError as error:
            return error.response()
        if _only_asks_sdl(parse(request.query)):
            return None
        message = "Only the gateway asks this service, with a token of its own: ask the gateway."
        return RequestError.one(message, "UNAUTHENTICATED").response()


class PluginService:
    """One process with one plugin. ``gateway``: the URL of the gateway, whose keys are trusted and which is asked what
    the plugin asks of others. ``is_open``: whoever brings no token is answered as nobody, for gateways of others' make.

    Its database is the gateway's, where it has its own tables, and where events go from one process to another.
    """

    def __init__(
        self, name: str, assembly: Assembly, database: Database, *, gateway: str, is_open: bool = False
    ) -> None:
        self.assembly = assembly
        self.name = name
        self._is_open = is_open
        client = HttpClient()
        self._tokens = SubgraphTokens(load_key(assembly.manifest.data_folder / f"{name}-key.json"), issuer=name)
        self._verifier = SubgraphVerifier(name, KeySets(urljoin(gateway, f"/{KEYS_PATH}")))
        door = QuestionDoor(urljoin(gateway, "/graphql"), client, partial(self._tokens.token, audience=AUDIENCE))
        self.hosted = HostedPlugins(assembly, database, client, ThroughGateway(name, door))
        subgraph = LocalSubgraph(name, assembly.schemas[name], self.hosted.services[name].context)
        self._subgraphs = {name: subgraph}
        self.engine = ServiceEngine(SubgraphEngine(subgraph))

    async def authenticate(self, token: str | None) -> Actor:
        """For whom the gateway asks.

        Raises:
            InvalidToken: the gateway did not sign it, or not for this service.
            KeysUnavailable: the gateway's keys could not be had.
        """
        if token is None:
            return ANONYMOUS if self._is_open else OUTSIDER
        return await self._verifier.verify(token)

    async def answer_question(
        self, asker: str | None, token: str | None, question: str, scope: RequestScope, arguments: Arguments
    ) -> list[Answer] | None:
        """What the plugin answers; None when it does not answer this question.

        Raises:
            InvalidToken, KeysUnavailable: it is not proven that the gateway asks.
        """
        if token is None:
            raise InvalidToken("Only the gateway asks here, with a token of its own.")
        scope.actor = await self._verifier.verify(token)
        return await self.hosted.questions.answer(question, scope, arguments, None)

    def jwks(self) -> dict[str, Any]:
        """The keys by which the gateway checks that this service asks."""
        return self._tokens.jwks()

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        return self._subgraphs

    def health(self) -> dict[str, Any]:
        return {"status": "ok", "plugins": {self.name: {"state": "in", "reason": ""}}}

    async def ready(self) -> dict[str, Any]:
        return await self.hosted.ready()

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Raises: NotServable: the plugin's own lifespan could not be entered."""
        async with self.hosted.running(_lost):
            yield


def _lost(plugin: Plugin, error: Exception) -> None:
    raise NotServable(f"{plugin.name} failed in its lifespan: {type(error).__name__}") from error


def open_service(
    name: str, config: Path | None = None, *, gateway: str, is_open: bool = False, seed: bool = False, **overrides: Any
) -> PluginService:
    """The plugin ``name`` of plugins.toml, whatever is said there of its ``url``; migrated and, if asked, seeded.

    Raises:
        ManifestError, MigrationError, NotServable: it cannot be opened, and why.
    """
    assembly = assemble_one(read_manifest(find_manifest(config), **overrides), name)
    _check(assembly, name)
    database = open_database(assembly.manifest)
    if assembly.manifest.gateway.migrate_at_start or seed:
        migrate_all(assembly, database)
    if seed:
        seed_all(assembly, database)
    _check(assembly, name)
    return PluginService(name, assembly, database, gateway=gateway, is_open=is_open)


def _check(assembly: Assembly, name: str) -> None:
    if name not in assembly.schemas:
        raise NotServable(f"{name} cannot be served: {assembly.out.get(name, 'it has no part of the graph')}")


def _only_asks_sdl(document: DocumentNode) -> bool:
    return all(
        isinstance(selection, FieldNode) and selection.name.value in _FOR_OUTSIDERS
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for selection in node.selection_set.selections
    )
