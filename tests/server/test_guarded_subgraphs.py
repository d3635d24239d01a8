"""A subgraph's own endpoint keeps to the subgraph's guards, whoever asks: ``_entities``, mutations, subscriptions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import strawberry
from graphql import build_schema
from strawberry.federation.schema_directives import Authenticated

from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.server.subgraph_engine import SubgraphEngine
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import ANONYMOUS, Actor

done: list[str] = []
LAN = Actor(id="lan")
CLERK = Actor(id="clerk", scopes=frozenset({"records:read", "records:write"}))
BORN = datetime(2000, 1, 2, tzinfo=UTC)


@strawberry.federation.type(keys=["id"])
class Person:
    id: strawberry.ID
    born: datetime = BORN

    @strawberry.federation.field(requires_scopes=[["records:read"]])
    def record(self) -> str:
        done.append("record")
        return "clean"

    @strawberry.federation.field(authenticated=True)
    def phone(self) -> str | None:
        done.append("phone")
        return "090"

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Person:
        return Person(id=id)


@strawberry.federation.type(keys=["id"], authenticated=True)
class Ghost:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Ghost:
        done.append("ghost")
        return Ghost(id=id)


@strawberry.type
class Query:
    @strawberry.field
    def people(self) -> list[Person]:
        return [Person(id=strawberry.ID(str(number))) for number in range(2)]


@strawberry.type
class Mutation:
    @strawberry.federation.mutation(requires_scopes=[["records:write"]])
    def shred(self) -> int:
        done.append("shred")
        return 1

    @strawberry.mutation
    def note(self) -> int:
        done.append("note")
        return 2


@strawberry.type
class Subscription:
    @strawberry.subscription(directives=[Authenticated()])
    async def alarms(self) -> AsyncIterator[int]:
        done.append("alarms")
        yield 7


SCHEMA = strawberry.federation.Schema(Query, Mutation, Subscription, types=[Person, Ghost])
ENTITIES = "query($of: [_Any!]!) { _entities(representations: $of) { __typename %s } }"


def keys(*types: str) -> list[dict[str, str]]:
    """New ones for each request, as those of a body are: Strawberry takes the type's name out of them."""
    return [{"__typename": name, "id": str(number)} for number, name in enumerate(types)]


@pytest.fixture
def engine() -> SubgraphEngine:
    done.clear()
    return SubgraphEngine(LocalSubgraph("people", SCHEMA, lambda scope: scope))


async def ask(engine: SubgraphEngine, query: str, by: Actor = ANONYMOUS, **variables: Any) -> GraphQLResponse:
    return await engine.execute(GraphQLRequest(query, None, variables), RequestScope(by))


def codes(response: GraphQLResponse) -> list[tuple[list[Any], str]]:
    return [(error["path"], error["extensions"]["code"]) for error in response.errors]


async def test_a_guarded_field_of_an_entity_is_null_with_an_error_and_is_not_resolved(engine: SubgraphEngine) -> None:
    query = ENTITIES % "... on Person { id born tel: phone }"
    response = await ask(engine, query, of=keys("Person", "Person"))
    person = {"__typename": "Person", "born": "2000-01-02T00:00:00+00:00", "tel": None}
    assert response.data == {"_entities": [{**person, "id": "0"}, {**person, "id": "1"}]}
    assert codes(response) == [(["_entities", 0, "tel"], "UNAUTHENTICATED")]
    assert done == []
    response = await ask(engine, query, by=LAN, of=keys("Person", "Person"))
    assert response.data == {"_entities": [{**person, "id": number, "tel": "090"} for number in ("0", "1")]}
    assert response.errors == []


async def test_one_that_may_not_be_null_takes_its_entity_along(engine: SubgraphEngine) -> None:
    query = ENTITIES % "...Whole" + " fragment Whole on Person { id record }"
    response = await ask(engine, query, by=LAN, of=keys("Person", "Person"))
    assert response.data == {"_entities": [None, None]}
    assert codes(response) == [(["_entities", 0, "record"], "FORBIDDEN")]
    assert done == []
    response = await ask(engine, query, by=CLERK, of=keys("Person", "Person"))
    assert response.data == {
        "_entities": [{"__typename": "Person", "id": n, "record": "clean"} for n in ("0", "1")],
    }


@pytest.mark.parametrize("selection", ["", "... on Ghost { id }"])
async def test_an_entity_of_a_guarded_type_is_null(engine: SubgraphEngine, selection: str) -> None:
    response = await ask(engine, ENTITIES % selection, of=keys("Ghost", "Person"))
    assert response.data == {"_entities": [None, {"__typename": "Person"}]}
    assert codes(response) == [(["_entities", 0], "UNAUTHENTICATED")]
    response = await ask(engine, ENTITIES % selection, by=LAN, of=keys("Ghost", "Person"))
    assert response.errors == []
    assert response.data["_entities"][0]["__typename"] == "Ghost"  # type: ignore[index]


async def test_with_a_denied_mutation_that_may_not_be_null_none_of_them_runs(engine: SubgraphEngine) -> None:
    response = await ask(engine, "mutation { note shred }", by=LAN)
    assert response.data is None
    assert codes(response) == [(["shred"], "FORBIDDEN")]
    assert done == []
    response = await ask(engine, "mutation { note shred }", by=CLERK)
    assert (response.data, done) == ({"note": 2, "shred": 1}, ["note", "shred"])


async def test_a_denied_subscription_is_not_opened(engine: SubgraphEngine) -> None:
    request = GraphQLRequest("subscription { alarms }")
    denied = await engine.subscribe(request, RequestScope())
    assert isinstance(denied, GraphQLResponse)
    assert denied.data is None
    assert codes(denied) == [(["alarms"], "UNAUTHENTICATED")]
    assert done == []
    events = await engine.subscribe(request, RequestScope(LAN))
    assert not isinstance(events, GraphQLResponse)
    assert [event.data async for event in events] == [{"alarms": 7}]


async def test_the_same_operation_is_judged_anew_for_each_actor(engine: SubgraphEngine) -> None:
    query = "{ people { phone record } }"
    assert codes(await ask(engine, query)) == [
        (["people", 0, "phone"], "UNAUTHENTICATED"),
        (["people", 0, "record"], "UNAUTHENTICATED"),
    ]
    assert (await ask(engine, query, by=CLERK)).errors == []
    assert codes(await ask(engine, query, by=LAN)) == [(["people", 0, "record"], "FORBIDDEN")]


async def test_the_sdl_is_for_everybody(engine: SubgraphEngine) -> None:
    response = await ask(engine, "{ _service { sdl } }")
    assert response.data is not None
    assert '@requiresScopes(scopes: [["records:read"]])' in response.data["_service"]["sdl"]


async def test_a_subgraph_that_does_not_tell_its_sdl_is_not_asked() -> None:
    engine = SubgraphEngine(LocalSubgraph("silent", build_schema("type Query { a: Int }"), lambda scope: scope))
    response = await ask(engine, "{ a }")
    assert (response.executed, response.data) == (False, None)
    assert response.errors[0]["message"] == "silent does not tell its SDL"
