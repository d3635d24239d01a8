"""The two other processes of ``bench.remote``: the four subgraphs in memory, and the gateway before them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from graphql import GraphQLSchema, build_ast_schema, graphql_sync, parse

from gateway.execution.engine import Engine
from gateway.guard.guard import Guard
from gateway.host.standalone import LIMITS
from gateway.logs import set_up_logging
from gateway.planner.supergraph import Supergraph
from gateway.server.app import create_app
from gateway.server.serving import GracefulServer, listen
from gateway.server.settings import ServerSettings
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.local import LocalSubgraph
from gateway.subgraphs.remote import HttpSubgraph
from gateway.subgraphs.settings import RemoteSettings
from identity.actor import ANONYMOUS, Actor
from schema.compose import SubgraphSdl, compose

QUERY = """
fragment U on User { id username name }
fragment R on Review { id body }
fragment P on Product { inStock name price shippingEstimate upc weight }
query Bench {
  users { ...U reviews { ...R product { ...P reviews { ...R author { ...U reviews { ...R product { ...P } } } } } } }
  topProducts { ...P reviews { ...R author { ...U reviews { ...R product { ...P } } } } }
}
"""
_URL = "https://specs.apollo.dev/federation/v2.3"
_LINK = f'extend schema @link(url: "{_URL}", import: ["@key", "@external", "@requires", "@provides", "@shareable"])\n'
SDL = {
    "users": """
        type Query { users: [User] }
        type User @key(fields: "id") { id: ID! name: String username: String @shareable }""",
    "products": """
        type Query { topProducts(first: Int = 5): [Product] }
        type Product @key(fields: "upc") { upc: String! weight: Int price: Int name: String }""",
    "reviews": """
        type Query { newest: Review }
        type Review @key(fields: "id") {
          id: ID! body: String product: Product author: User @provides(fields: "username")
        }
        type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
        type Product @key(fields: "upc") { upc: String! reviews: [Review] }""",
    "inventory": """
        type Product @key(fields: "upc") {
          upc: String! weight: Int @external price: Int @external
          inStock: Boolean shippingEstimate: Int @requires(fields: "price weight")
        }""",
}

USERS, PRODUCTS, REVIEWS = 6, 9, 27
NAMES = ("Lan", "Minh", "Hoa", "Tuấn", "Nga", "Phúc")
SENTENCES = ("Dùng được, giá vừa phải.", "Giao chậm hai ngày.", "Đúng như mô tả, sẽ mua lại.")


def user(n: int) -> dict[str, Any]:
    return {"__typename": "User", "id": str(n), "name": NAMES[n], "username": f"{NAMES[n].lower()}_{n}"}


def product(n: int) -> dict[str, Any]:
    price, weight = 100 + 71 * n, 50 + 33 * n
    base = {"__typename": "Product", "upc": str(n), "name": f"Sản phẩm {n}", "price": price, "weight": weight}
    return {**base, "inStock": n % 3 != 0, "shippingEstimate": price // 10 + weight}


def review(n: int) -> dict[str, Any]:
    """Functions for the links, which graphql-core calls: the data goes round in circles."""
    base = {"__typename": "Review", "id": str(n), "body": SENTENCES[n % 3]}
    return {
        **base,
        "product": lambda _: with_reviews("upc", n % PRODUCTS),
        "author": lambda _: with_reviews("id", n % USERS),
    }


def with_reviews(key: str, n: int) -> dict[str, Any]:
    owner, count = (user(n), USERS) if key == "id" else (product(n), PRODUCTS)
    return {**owner, "reviews": lambda _: [review(r) for r in range(REVIEWS) if r % count == n]}


def root(_info: Any = None) -> dict[str, Any]:
    return {
        "users": [user(n) for n in range(USERS)],
        "topProducts": lambda _, first: [product(n) for n in range(first)],
        "_entities": lambda _, representations: [entity(one) for one in representations],
    }


def entity(representation: Mapping[str, Any]) -> dict[str, Any]:
    key = "id" if representation["__typename"] == "User" else "upc"
    return with_reviews(key, int(representation[key]))


class Subgraphs:
    """ASGI: each body is answered by graphql-core the first time and from memory from then on."""

    def __init__(self) -> None:
        self._schemas = {name: answering_schema(name) for name in SDL}
        self._answers: dict[tuple[str, bytes], bytes] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message.get("more_body"):
                break
        key = (scope["path"][1:], body)
        answer = self._answers.get(key)
        if answer is None:
            asked = orjson.loads(body)
            result = graphql_sync(self._schemas[key[0]], asked["query"], root(), variable_values=asked.get("variables"))
            answer = self._answers[key] = orjson.dumps(result.formatted)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def answering_schema(name: str) -> GraphQLSchema:
    """The subgraph's own types with ``_entities``, for graphql-core."""
    entities = [each for each in ("User", "Product", "Review") if f"type {each} @key" in SDL[name]]
    query = "extend type Query" if "type Query" in SDL[name] else "type Query"
    more = f"""
        scalar _Any
        union _Entity = {" | ".join(entities)}
        {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}
    """
    return build_ast_schema(parse(SDL[name] + more), assume_valid_sdl=True)


def supergraph_sdl(port: int) -> str:
    """The four, composed, at their addresses."""
    composition = compose(
        [SubgraphSdl(name, _LINK + sdl, f"http://127.0.0.1:{port}/{name}") for name, sdl in SDL.items()]
    )
    assert composition.supergraph_sdl is not None, composition.errors
    return composition.supergraph_sdl


class Gateway:
    """What the server serves: an engine whose every subgraph is remote."""

    def __init__(self, sdl: str) -> None:
        supergraph = Supergraph.from_sdl(sdl)
        self._client = HttpClient()
        settings = RemoteSettings(headers=("x-client",))
        remotes = {
            name: HttpSubgraph(name, info.url, settings=settings, client=self._client)
            for name, info in supergraph.subgraphs.items()
        }
        self.engine = Engine(supergraph, remotes, check=Guard(LIMITS))

    async def authenticate(self, token: str | None) -> Actor:
        return ANONYMOUS

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        return {}

    def health(self) -> dict[str, Any]:
        return {"status": "ok", "plugins": {}}

    async def ready(self) -> dict[str, Any]:
        return {"ready": True}

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        yield
        await self._client.close()


def serve_subgraphs() -> None:
    with listen(ServerSettings(port=0)) as listener:
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(
            Subgraphs(),
            loop="uvloop",
            http="httptools",
            log_level="error",
            lifespan="off",
            # Longer than a gateway waits for its turn to be measured.
            timeout_keep_alive=60,
        )
        uvicorn.Server(config).run(sockets=[listener])


def serve_gateway(sdl: str) -> None:
    set_up_logging("error")
    settings = ServerSettings(port=0)
    app = create_app(Gateway(sdl), settings)
    with listen(settings) as listener:
        print(listener.getsockname()[1], flush=True)
        GracefulServer(app, settings).run(sockets=[listener])


if __name__ == "__main__":
    serve_subgraphs() if sys.argv[1] == "subgraphs" else serve_gateway(sys.argv[2])
