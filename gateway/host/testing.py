"""The test kit: a city of one's own for each test, asked as a client asks.

``pytest_plugins = ["gateway.host.testing"]`` gives the fixtures ``city`` (all of plugins.toml, seeded) and
``open_test_city`` (any plugins.toml), and two options: ``--moved NAME`` serves that plugin by itself and runs the tests
that ask a city, and ``--record FILE`` writes down what was asked and answered.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

# Before pytest makes a module "plugins" of its own for the tests in a folder of that name.
import plugins as plugins
from gateway.host.manifest import find_manifest
from gateway.logs import say_words, set_up_logging
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from identity.actor import ANONYMOUS, Actor
from identity.people import person_named

if TYPE_CHECKING:
    from gateway.context import Context
    from gateway.host.city import City
    from gateway.host.hosted import HostedPlugins
    from gateway.host.service import PluginService

set_up_logging("warning")
say_words()

_options: dict[str, str] = {}
"""``moved`` and ``record``, where they are given."""

_CITY_FIXTURES = frozenset(("city", "open_test_city"))

OpenCity = Callable[..., AbstractAsyncContextManager["AskedCity"]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--moved", metavar="NAME", help="serve this plugin by itself, and run what asks a city")
    parser.addoption("--record", metavar="FILE", help="write what a city was asked and answered, a line of JSON each")


def pytest_configure(config: pytest.Config) -> None:
    given = {name: config.getoption(f"--{name}") for name in ("moved", "record")}
    _options.update({name: value for name, value in given.items() if value})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not _options:
        return
    asking = [item for item in items if _CITY_FIXTURES & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in asking])
    items[:] = asking


class AskedCity:
    """A running city, and ways to ask it. ``by``: a seeded person's name, or an Actor; None is nobody.

    ``moved``: the plugin that is served by itself, if one is.
    """

    def __init__(self, city: City, moved: PluginService | None = None) -> None:
        self.city = city
        self._moved = moved

    def hosted(self, plugin: str) -> HostedPlugins:
        """Where the plugin runs: its services, and its side of the database."""
        if self._moved is not None and self._moved.name == plugin:
            return self._moved.hosted
        return self.city.hosted

    def context(self, plugin: str, by: str | Actor | None = None) -> Context:
        """The plugin's own view, as a resolver of it has."""
        return self.hosted(plugin).services[plugin].context(RequestScope(actor=self.actor(by)))

    def actor(self, by: str | Actor | None) -> Actor:
        if isinstance(by, Actor):
            return by
        return ANONYMOUS if by is None else person_named(by).to_actor(self.city.manifest.roles)

    async def answer(self, query: str, /, by: str | Actor | None = None, **variables: Any) -> dict[str, Any]:
        """The whole response map."""
        request = GraphQLRequest(query, variables=variables)
        response: GraphQLResponse = await self.city.engine.execute(request, RequestScope(actor=self.actor(by)))
        return _recorded(query, by, variables, response.as_map())

    async def ask(self, query: str, /, by: str | Actor | None = None, **variables: Any) -> dict[str, Any]:
        """The data; any error fails the test."""
        answer = await self.answer(query, by=by, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def refused(self, query: str, /, by: str | Actor | None = None, **variables: Any) -> list[str]:
        """The codes of all errors and of all ``userErrors``, in order."""
        answer = await self.answer(query, by=by, **variables)
        codes = [error.get("extensions", {}).get("code", "?") for error in answer.get("errors", ())]
        return codes + list(_user_error_codes(answer.get("data")))

    @asynccontextmanager
    async def listen(
        self, subscription: str, /, by: str | Actor | None = None, **variables: Any
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The subscription's response maps, one for each event."""
        request = GraphQLRequest(subscription, variables=variables)
        stream = await self.city.engine.subscribe(request, RequestScope(actor=self.actor(by)))
        assert not isinstance(stream, GraphQLResponse), stream.as_map()
        maps = _maps(stream, (subscription, by, variables))
        try:
            yield maps
        finally:
            await maps.aclose()


async def _maps(stream: AsyncIterator[GraphQLResponse], asked: tuple[str, str | Actor | None, Any]) -> Any:
    async for response in stream:
        yield _recorded(*asked, response.as_map())


def _recorded(query: str, by: str | Actor | None, variables: Any, answer: dict[str, Any]) -> dict[str, Any]:
    if (file := _options.get("record")) is not None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        who = by.id if isinstance(by, Actor) else by
        asked = {"test": test, "query": query, "by": who, "variables": variables, "answer": answer}
        with Path(file).open("ab") as out:
            out.write(orjson.dumps(asked, default=str, option=orjson.OPT_APPEND_NEWLINE))
    return answer


def _user_error_codes(value: Any) -> list[str]:
    if isinstance(value, list):
        return [code for item in value for code in _user_error_codes(item)]
    if not isinstance(value, dict):
        return []
    own = [error["code"] for error in value.get("userErrors") or () if "code" in error]
    return own + [code for key, item in value.items() if key != "userErrors" for code in _user_error_codes(item)]


@asynccontextmanager
async def running(folder: Path, config: Path, *, seed: bool = True, **overrides: Any) -> AsyncIterator[AskedCity]:
    """A city over ``config`` with its database and keys in ``folder``. ``overrides``: settings of ``[gateway]``."""
    # Imported late: a test of one room does not need the whole house.
    from gateway.host.moving import lists, moved_city
    from gateway.host.templates import open_copy

    moved = _options.get("moved")
    if moved is not None and lists(config, moved):
        async with moved_city(folder, config, moved, seed=seed, **overrides) as (city, service):
            yield AskedCity(city, service)
        return
    city = open_copy(folder, config, seed=seed, **overrides)
    async with city.lifespan():
        yield AskedCity(city)


@pytest.fixture
def open_test_city(tmp_path: Path) -> OpenCity:
    """``async with open_test_city(config) as city``: any plugins.toml, in a folder of the test's own."""

    def open_it(config: Path, **settings: Any) -> AbstractAsyncContextManager[AskedCity]:
        return running(tmp_path, config, **settings)

    return open_it


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[AskedCity]:
    """The city of plugins.toml, seeded, with a database of the test's own."""
    async with running(tmp_path, find_manifest()) as asked:
        yield asked
