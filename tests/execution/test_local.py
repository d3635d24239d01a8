"""A Strawberry schema in this process: dicts out, errors masked, one context per operation."""

from __future__ import annotations

import asyncio
import datetime
import enum
from collections.abc import AsyncIterator, Mapping
from typing import Any

import strawberry
from strawberry.scalars import JSON

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import Actor
from schema.errors import Refused
from tests.execution.hand import fetch


@strawberry.enum
class State(enum.Enum):
    OPEN = "open"
    DONE = "done"


@strawberry.federation.type(keys=["id"])
class Agency:
    id: strawberry.ID
    name: str
    state: State = State.OPEN
    since: datetime.date = datetime.date(2025, 7, 1)

    @strawberry.field
    def secret(self) -> str | None:
        raise Refused("Only its officers read it.", code="NOT_YOURS")

    @strawberry.field
    def broken(self) -> int | None:
        return "hunter2"  # type: ignore[return-value]

    @classmethod
    async def resolve_reference(cls, id: strawberry.ID, info: strawberry.Info) -> Agency | None:
        await asyncio.sleep(0)
        info.context["asked"].append(id)
        if id == "refused":
            raise Refused(f"No agency has the id {id}.", code="NO_SUCH_AGENCY")
        if id == "crash":
            raise RuntimeError("password=hunter2")
        return None if id == "gone" else cls(id=id, name=f"Agency {id}")


@strawberry.federation.type(keys=["id"])
class Ward:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Any:
        if id == "crash":
            raise RuntimeError("password=hunter2")
        return Agency(id=id, name="not a ward") if id == "wrong" else cls(id=id)


@strawberry.input
class Box:
    west: float
    note: JSON | None = None


@strawberry.type
class Query:
    @strawberry.field
    def agency(self, state: State = State.OPEN) -> Agency:
        return Agency(id=strawberry.ID("1"), name="One", state=state)

    @strawberry.field
    def actor(self, info: strawberry.Info) -> str:
        return str(info.context["scope"].actor.id)

    @strawberry.field
    def width(self, box: Box, on: datetime.date | None = None) -> float:
        return box.west

    @strawberry.field
    async def slow(self) -> str:
        await asyncio.sleep(30)
        return "late"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, info: strawberry.Info, to: int) -> AsyncIterator[Agency]:
        for number in range(to):
            if number == 2:
                raise Refused("No more.", code="TOO_MANY")
            yield Agency(id=strawberry.ID(str(number)), name="tick")


SCHEMA = strawberry.federation.Schema(query=Query, subscription=Subscription, types=[Agency, Ward])
ENTITIES = fetch(
    "query ($r: [_Any!]!) { _entities(representations: $r) "
    "{ ... on Agency { __typename id name } ... on Ward { __typename id } } }"
)


class Contexts:
    """Makes contexts, and keeps them to be looked at."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []

    def __call__(self, scope: RequestScope) -> dict[str, Any]:
        self.made.append({"scope": scope, "asked": []})
        return self.made[-1]


async def _ask(text: str, variables: Mapping[str, Any] | None = None, **scope: Any) -> SubgraphAnswer:
    return await LocalSubgraph("agencies", SCHEMA, Contexts()).fetch(
        fetch(text), variables or {}, RequestScope(**scope)
    )


async def test_values_come_as_the_graph_says_them() -> None:
    answer = await _ask(
        "query ($s: State!) { agency(state: $s) { id name state since } actor }",
        {"s": "DONE"},
        actor=Actor(id="lan"),
    )
    agency = {"id": "1", "name": "One", "state": "DONE", "since": "2025-07-01"}
    assert answer == {"data": {"agency": agency, "actor": "lan"}}


async def test_one_entity_that_fails_does_not_fail_the_others() -> None:
    ids = ["1", "refused", "gone", "crash", "2"]
    representations: list[Any] = [{"__typename": "Agency", "id": id_} for id_ in ids]
    representations += [{"__typename": "Ward", "id": id_} for id_ in ("crash", "wrong", "w")]
    contexts = Contexts()
    subgraph = LocalSubgraph("agencies", SCHEMA, contexts)
    answer = await subgraph.fetch(ENTITIES, {"r": representations}, RequestScope())
    assert answer["data"] == {
        "_entities": [
            {"__typename": "Agency", "id": "1", "name": "Agency 1"},
            None,
            None,
            None,
            {"__typename": "Agency", "id": "2", "name": "Agency 2"},
            None,
            {"__typename": "Agency", "id": "wrong", "name": "not a ward"},
            {"__typename": "Ward", "id": "w"},
        ]
    }
    errors = {tuple(error["path"]): error for error in answer["errors"]}
    assert sorted(path[1] for path in errors) == [1, 3, 5]
    assert errors["_entities", 1] == {
        "message": "No agency has the id refused.",
        "extensions": {"code": "NO_SUCH_AGENCY", "service": "agencies"},
        "path": ["_entities", 1],
    }
    for index in (3, 5):
        assert errors["_entities", index]["message"] == "Internal error"
        assert errors["_entities", index]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert [context["asked"] for context in contexts.made] == [ids]


async def test_a_refusal_is_told_and_a_wrong_value_is_not() -> None:
    answer = await _ask("{ agency { secret broken } }")
    assert answer["data"] == {"agency": {"secret": None, "broken": None}}
    refused, broken = answer["errors"]
    assert refused == {
        "message": "Only its officers read it.",
        "extensions": {"code": "NOT_YOURS", "service": "agencies"},
        "path": ["agency", "secret"],
    }
    assert broken["message"] == "Internal error"
    assert broken["path"] == ["agency", "broken"]
    assert "hunter2" not in str(answer)


async def test_a_literal_or_variable_that_a_scalar_refuses_is_the_clients_fault() -> None:
    for text, variables in [
        ('{ width(box: {west: 1}, on: "yesterday") }', {}),
        ("query ($d: Date) { width(box: {west: 1}, on: $d) }", {"d": "yesterday"}),
    ]:
        answer = await _ask(text, variables)
        assert answer["data"] is None
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "service": "agencies"}
        assert "yesterday" in error["message"]


async def test_a_document_that_does_not_fit_the_schema_is_a_fault_of_ours() -> None:
    answer = await _ask("{ agency { noSuchField } }")
    assert answer["data"] is None
    assert [error["message"] for error in answer["errors"]] == ["Internal error"]


async def test_a_deadline_ends_a_slow_resolver() -> None:
    now = asyncio.get_running_loop().time()
    answer = await _ask("{ slow }", deadline=now + 0.05)
    assert answer == {
        "data": None,
        "errors": [
            {
                "message": "agencies did not answer in time",
                "extensions": {"code": "SUBREQUEST_TIMEOUT", "service": "agencies"},
            }
        ],
    }
    assert asyncio.get_running_loop().time() - now < 5


async def test_fetches_of_one_operation_share_a_context_and_operations_do_not() -> None:
    contexts = Contexts()
    subgraph = LocalSubgraph("agencies", SCHEMA, contexts)
    scope = RequestScope()
    await subgraph.fetch(fetch("{ actor }"), {}, scope)
    await subgraph.fetch(fetch("{ a: actor }"), {}, scope)
    assert len(contexts.made) == 1
    await subgraph.fetch(fetch("{ actor }"), {}, RequestScope())
    assert len(contexts.made) == 2


async def test_each_event_has_a_context_and_a_source_that_fails_says_so() -> None:
    contexts = Contexts()
    subgraph = LocalSubgraph("agencies", SCHEMA, contexts)
    ticks = fetch("subscription ($to: Int!) { ticks(to: $to) { id } }", kind="subscription")
    answers = [answer async for answer in subgraph.subscribe(ticks, {"to": 9}, RequestScope())]
    assert answers[:2] == [{"data": {"ticks": {"id": "0"}}}, {"data": {"ticks": {"id": "1"}}}]
    refused = {"message": "No more.", "extensions": {"code": "TOO_MANY", "service": "agencies"}}
    assert answers[2:] == [{"data": None, "errors": [refused]}]
    assert len(contexts.made) == 3
