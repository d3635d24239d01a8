"""What the actor may not see: not fetched, null at its place, one error that says why."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema, parse, print_ast

from gateway.execution.authorize import Denied, without_denied
from gateway.execution.engine import Engine
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import ANONYMOUS, Actor
from schema.compose import SubgraphSdl, compose
from tests.federation.memory import Behaviour, memory_schema

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated",
  "@requiresScopes", "@policy"])
"""
PEOPLE = """
    type Query { people: [Person!]! person: Person secret: String! @authenticated open: Int
      anyone: [Anyone!]! vault: Vault coin: Coin kind: Kind }
    type Subscription { alarms: Int @authenticated }
    type Mutation { shred: Boolean @requiresScopes(scopes: [["people:shred"]]) note: Int!
      burn: Int! @requiresScopes(scopes: [["people:shred"]]) }
    interface Being { id: ID! }
    type Person implements Being @key(fields: "id") { id: ID! name: String
      phone: String @authenticated
      pay: Int! @requiresScopes(scopes: [["pay:read", "people:read"], ["admin:all"]])
      chief: Boolean @policy(policies: [["chief"]]) }
    union Anyone = Person | Ghost
    type Ghost @authenticated { id: ID! }
    type Vault @requiresScopes(scopes: [["vault:open"]]) { id: ID! gold: Int }
    scalar Coin @authenticated
    enum Kind @authenticated { A B }
"""
RECORDS = """
    type Person @key(fields: "id") { id: ID! record: String @requiresScopes(scopes: [["records:read"]]) }
"""
LAN = Actor(id="lan")
CLERK = Actor(id="clerk", scopes=frozenset({"pay:read", "people:read", "records:read", "vault:open"}))


class City:
    """The engine, and which guarded things were resolved."""

    def __init__(self, policies: frozenset[str] = frozenset()) -> None:
        self.resolved: list[str] = []
        composition = compose([SubgraphSdl("people", LINK + PEOPLE), SubgraphSdl("records", LINK + RECORDS)])
        assert composition.supergraph_sdl is not None, composition.errors
        subgraphs = {
            "people": self._subgraph("people", PEOPLE, self._people()),
            "records": self._subgraph(
                "records",
                RECORDS,
                Behaviour(entities={"Person": dict}, fields={"Person.record": self._note("record", "clean")}),
            ),
        }
        self.engine = Engine(
            Supergraph.from_sdl(composition.supergraph_sdl),
            subgraphs,
            policy=(lambda name, scope: name in policies and scope.actor.is_authenticated) if policies else None,
        )

    def _subgraph(self, name: str, sdl: str, behaviour: Behaviour) -> LocalSubgraph:
        return LocalSubgraph(name, memory_schema(LINK + sdl, behaviour), lambda _scope: None)

    def _people(self) -> Behaviour:
        person = {"__typename": "Person", "id": "1", "name": "Lan"}
        return Behaviour(
            query={
                "people": [person, {**person, "id": "2"}],
                "person": person,
                "anyone": [person, {"__typename": "Ghost", "id": "g"}],
                "secret": self._root("secret", "s"),
                "open": 1,
                "vault": self._root("vault", {"id": "v", "gold": 3}),
                "coin": self._root("coin", "c"),
                "kind": self._root("kind", "A"),
            },
            mutation={n: self._root(n, v) for n, v in {"shred": True, "note": 1, "burn": 2}.items()},
            subscription={"alarms": self._root("alarms", None)},
            entities={"Person": lambda row: {**person, "id": row["id"]}},
            fields={
                "Person.phone": self._note("phone", "090"),
                "Person.pay": self._note("pay", 7),
                "Person.chief": self._note("chief", True),
            },
        )

    def _root(self, name: str, value: Any) -> Any:
        return lambda: self._note(name, value)(None)

    def _note(self, name: str, value: Any) -> Any:
        def resolve(_row: Any) -> Any:
            self.resolved.append(name)
            return value

        return resolve

    async def ask(self, query: str, by: Actor = ANONYMOUS, **variables: Any) -> GraphQLResponse:
        return await self.engine.execute(GraphQLRequest(query, None, variables), RequestScope(by))


def _codes(response: GraphQLResponse) -> list[tuple[list[Any], str]]:
    return [(error["path"], error["extensions"]["code"]) for error in response.errors]


async def test_what_is_not_allowed_is_not_fetched_and_the_rest_is_answered() -> None:
    city = City()
    response = await city.ask("{ people { id tel: phone name } open }")
    assert response.data == {
        "people": [{"id": "1", "tel": None, "name": "Lan"}, {"id": "2", "tel": None, "name": "Lan"}],
        "open": 1,
    }
    assert list(response.data["people"][0]) == ["id", "tel", "name"]
    assert _codes(response) == [(["people", 0, "tel"], "UNAUTHENTICATED")]
    assert city.resolved == []


async def test_who_is_signed_in_sees_what_asks_for_no_more() -> None:
    response = await City().ask("{ person { phone } }", by=LAN)
    assert response.data == {"person": {"phone": "090"}}
    assert response.errors == []


async def test_a_denied_non_null_field_takes_the_place_above() -> None:
    city = City()
    response = await city.ask("{ person { id pay } open }", by=LAN)
    assert response.data == {"person": None, "open": 1}
    assert _codes(response) == [(["person", "pay"], "FORBIDDEN")]
    response = await city.ask("{ open secret }")
    assert response.data is None
    assert _codes(response) == [(["secret"], "UNAUTHENTICATED")]
    assert city.resolved == []


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ({"pay:read", "people:read"}, True),
        ({"pay:read"}, False),
        ({"admin:all"}, True),
        ({"people:read", "x:y"}, False),
    ],
)
async def test_all_scopes_of_one_alternative_are_needed(scopes: set[str], allowed: bool) -> None:
    response = await City().ask("{ person { pay } }", by=Actor(id="x", scopes=frozenset(scopes)))
    assert response.data == {"person": {"pay": 7} if allowed else None}
    assert bool(response.errors) is not allowed


async def test_a_denied_field_of_another_subgraph_costs_no_fetch() -> None:
    city = City()
    response = await city.ask("{ person { id record } }", by=LAN)
    assert response.data == {"person": {"id": "1", "record": None}}
    assert _codes(response) == [(["person", "record"], "FORBIDDEN")]
    assert city.resolved == []
    response = await city.ask("{ person { id record } }", by=CLERK)
    assert response.data == {"person": {"id": "1", "record": "clean"}}
    assert city.resolved == ["record"]


async def test_a_denied_subscription_is_not_opened() -> None:
    city = City()
    response = await city.engine.subscribe(GraphQLRequest("subscription { all: alarms }"), RequestScope())
    assert isinstance(response, GraphQLResponse)
    assert response.data == {"all": None}
    assert _codes(response) == [(["all"], "UNAUTHENTICATED")]
    assert city.resolved == []


async def test_a_guarded_type_guards_every_field_that_returns_it() -> None:
    city = City()
    response = await city.ask("{ vault { id gold } coin kind open }")
    assert response.data == {"vault": None, "coin": None, "kind": None, "open": 1}
    assert _codes(response) == [
        (["vault"], "UNAUTHENTICATED"),
        (["coin"], "UNAUTHENTICATED"),
        (["kind"], "UNAUTHENTICATED"),
    ]
    assert city.resolved == []
    response = await city.ask("{ vault { gold } coin kind }", by=CLERK)
    assert response.data == {"vault": {"gold": 3}, "coin": "c", "kind": "A"}


async def test_an_object_of_a_guarded_type_is_null_where_a_union_is_asked() -> None:
    city = City()
    for query in ("{ anyone { __typename } }", "{ anyone { ... on Person { id } ... on Ghost { id } } }"):
        response = await city.ask(query)
        assert response.data is None
        assert _codes(response) == [(["anyone", 1], "UNAUTHENTICATED")]
    response = await city.ask("{ anyone { __typename ... on Person { id } ... on Ghost { id } } }", by=LAN)
    assert response.data == {"anyone": [{"__typename": "Person", "id": "1"}, {"__typename": "Ghost", "id": "g"}]}


async def test_fragments_and_conditions_do_not_get_around_a_guard() -> None:
    city = City()
    query = """
        query ($on: Boolean!) { person { ...P ... on Being { ... on Person { other: phone @include(if: $on) } } } }
        fragment P on Person { phone @skip(if: $on) }
    """
    response = await city.ask(query, on=True)
    assert response.data == {"person": {"other": None}}
    assert _codes(response) == [(["person", "other"], "UNAUTHENTICATED")]
    response = await city.ask(query, on=False)
    assert response.data == {"person": {"phone": None}}
    assert _codes(response) == [(["person", "phone"], "UNAUTHENTICATED")]
    assert city.resolved == []


async def test_a_policy_holds_only_where_it_is_judged_so() -> None:
    assert (await City().ask("{ person { chief } }", by=CLERK)).data == {"person": {"chief": None}}
    assert (await City(frozenset({"chief"})).ask("{ person { chief } }", by=CLERK)).data == {"person": {"chief": True}}
    assert (await City(frozenset({"other"})).ask("{ person { chief } }", by=CLERK)).data == {"person": {"chief": None}}


async def test_one_operation_answers_each_actor_by_what_that_actor_may_see() -> None:
    city = City()
    query = "{ person { phone record } }"
    for _ in range(2):
        assert (await city.ask(query)).data == {"person": {"phone": None, "record": None}}
        assert (await city.ask(query, by=LAN)).data == {"person": {"phone": "090", "record": None}}
        assert (await city.ask(query, by=CLERK)).data == {"person": {"phone": "090", "record": "clean"}}


def test_a_field_that_some_types_of_an_interface_guard_is_asked_of_the_others_only() -> None:
    schema = build_schema("""
        type Query { nodes: [Node] }
        interface Node { id: ID note: String }
        type Open implements Node { id: ID note: String }
        type Closed implements Node { id: ID note: String }
    """)
    document = parse("{ nodes { id my: note } }")
    left = without_denied(schema, document, Denied(frozenset({"Closed.note"}), signed_in=True))
    assert print_ast(left) == print_ast(
        parse("{ nodes { id ... on Open { my: note } ... on Closed { my: __typename } } }")
    )
