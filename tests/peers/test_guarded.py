"""Guards on entities: a gateway that knows no @requiresScopes gets from each subgraph what its actor may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.execution.engine import Engine
from gateway.guard.limits import Limits
from gateway.planner.supergraph import Supergraph
from gateway.server.settings import ServerSettings
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import ANONYMOUS, Actor
from schema.compose import SubgraphSdl, compose
from schema.published import published
from tests.federation.memory import Behaviour, memory_schema
from tests.peers.peers import PACKAGES, Job, answers_of, told_errors
from tests.server.running import NotesServed, Running

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external",
  "@requires", {name: "@authenticated", as: "@signedIn"}, "@requiresScopes", "@policy"])
"""
SDL = {
    "people": LINK
    + """
    type Query { people: [Person!]! person(id: ID!): Person anyone: [Anyone] vault: Vault }
    type Mutation { rename: Person! @requiresScopes(scopes: [["people:write"]]) touch: Int! }
    type Person @key(fields: "id") { id: ID! name: String phone: String @signedIn }
    union Anyone = Person | Ghost
    type Ghost @signedIn { id: ID! }
    type Vault @requiresScopes(scopes: [["vault:open"]]) { gold: Int }
    """,
    "records": LINK
    + """
    type Person @key(fields: "id") { id: ID! name: String @external
      record: String @requiresScopes(scopes: [["records:read"]])
      label: String @requires(fields: "name")
      chief: Boolean @policy(policies: [["chief"]])
      pay: Int! @signedIn }
    """,
}
QUERIES = (
    "{ people { id name phone record label } }",
    "{ person(id: 1) { a: record b: label ... on Person { phone } } }",
    "{ people { name chief } }",
    "{ person(id: 1) { name pay } }",
    "{ anyone { __typename ... on Person { record } ... on Ghost { id } } vault { gold } }",
    "query($no: Boolean = false) { people { id record @include(if: $no) } }",
    "mutation { touch rename { name } }",
    "mutation { rename { record } }",
)


class Guarded(NotesServed):
    """Two subgraphs with guards. A token is a name and its scopes. ``done``: what of the guarded was run."""

    def __init__(self) -> None:
        super().__init__(Limits())
        self.done: list[str] = []
        people = {str(number): {"__typename": "Person", "id": str(number), "name": f"P{number}"} for number in (1, 2)}
        behaviours = {
            "people": Behaviour(
                query={
                    "people": [*people.values()],
                    "person": lambda id: people[id],
                    "anyone": [people["1"], {"__typename": "Ghost", "id": "g"}],
                    "vault": lambda: self._did("vault", {"gold": 3}),
                },
                mutation={
                    "rename": lambda: self._did("rename", people["2"]),
                    # Not noted: Hive's gateway asks for each field of a mutation apart, so that of two in one
                    # subgraph the one runs that is allowed.
                    "touch": 1,
                },
                entities={"Person": lambda row: people[row["id"]]},
                fields={"Person.phone": lambda _row: self._did("phone", "090")},
            ),
            "records": Behaviour(
                entities={"Person": dict},
                fields={
                    "Person.record": lambda _row: self._did("record", "clean"),
                    "Person.label": lambda row: f"<{row['name']}>",
                    "Person.chief": lambda _row: self._did("chief", True),
                    "Person.pay": lambda _row: self._did("pay", 7),
                },
            ),
        }
        self.subgraphs = {
            name: LocalSubgraph(name, memory_schema(sdl, behaviours[name]), lambda _scope: None)
            for name, sdl in SDL.items()
        }
        composition = compose([SubgraphSdl(name, sdl, f"/subgraphs/{name}/graphql") for name, sdl in SDL.items()])
        assert composition.supergraph_sdl is not None, composition.errors
        self.sdl = composition.supergraph_sdl
        self.engine = Engine(Supergraph.from_sdl(self.sdl), self.subgraphs)

    def _did(self, what: str, value: Any) -> Any:
        self.done.append(what)
        return value

    async def authenticate(self, token: str | None) -> Actor:
        if token is None:
            return ANONYMOUS
        name, *scopes = token.split()
        return Actor(id=name, scopes=frozenset(scopes))


@pytest.fixture
def server() -> Iterator[Running]:
    server = Running(Guarded(), ServerSettings(port=0, drain_spread_s=0, subgraph_endpoints=True))
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("token", "guarded"),
    [
        (None, []),
        ("Bearer clerk", ["phone", "phone", "phone", "pay"]),
        (
            "Bearer chief records:read vault:open people:write",
            [
                *["phone", "phone", "record", "record", "phone", "record", "pay", "vault", "record"],
                *["rename", "rename", "record"],
            ],
        ),
    ],
)
@pytest.mark.parametrize("peer", PACKAGES)
def test_another_gateway_gets_past_no_guard(peer: str, token: str | None, guarded: list[str], server: Running) -> None:
    served: Any = server.served
    headers = {"Authorization": token} if token else {}
    own = [server.send({"query": query}, headers=headers).json for query in QUERIES]
    assert served.done == guarded
    served.done.clear()
    supergraph = published(served.sdl, lambda _name, url: f"http://127.0.0.1:{server.port}{url}")
    answers = answers_of(peer, Job(supergraph, [{"query": query, "authorization": token} for query in QUERIES]))
    for query, theirs, ours in zip(QUERIES, answers, own, strict=True):
        assert json.dumps(theirs["data"]) == json.dumps(ours["data"]), query
        assert told_errors(theirs, peer) == told_errors(ours, peer), query
    assert sorted(served.done) == sorted(guarded)
