"""The supergraph of a contract as routers read it, and the answers over it."""

import re

import pytest
from graphql import parse

from schema.compose import SubgraphSdl, compose
from schema.contracts import apply_contract
from tests.contracts.shop import ask, composed, contract, contracted
from tests.federation.memory import Behaviour

INTERNAL = '@tag(name: "internal")'
WITHOUT_INTERNAL = contract(exclude=["internal"])
CATALOG = f"""
    type Query {{ products: [Product!]! media: [Media!] state: State costs: Int {INTERNAL} }}
    type Mutation {{ wipe: Boolean {INTERNAL} }}
    type Product @key(fields: "sku") {{ sku: ID! {INTERNAL} name: String weight: Int {INTERNAL} }}
    union Media = Product | Draft
    type Draft {INTERNAL} {{ id: ID }}
    enum State {{ OPEN HIDDEN {INTERNAL} }}
"""
SHIPPING = f"""
    type Product @key(fields: "sku") {{ sku: ID! {INTERNAL} weight: Int @external
      price(factor: Int = 2 {INTERNAL}): Int @requires(fields: "weight") }}
"""
TEA = {"__typename": "Product", "sku": "t", "name": "Tea", "weight": 3}
PARTS = [
    (
        CATALOG,
        Behaviour(
            query={"products": [TEA], "media": [TEA, {"__typename": "Draft", "id": "d"}], "state": "HIDDEN"},
            entities={"Product": lambda row: TEA},
        ),
    ),
    (
        SHIPPING,
        Behaviour(
            entities={"Product": dict},
            fields={"Product.price": lambda row, factor=2: row["weight"] * factor},
        ),
    ),
]


async def test_keys_and_required_fields_that_are_out_still_join() -> None:
    response = await ask(WITHOUT_INTERNAL, PARTS, "{ products { name price } }")
    assert (response.data, response.errors) == ({"products": [{"name": "Tea", "price": 6}]}, [])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ costs }", "Cannot query field 'costs' on type 'Query'."),
        ("{ products { sku } }", "Cannot query field 'sku' on type 'Product'."),
        ("{ products { price(factor: 3) } }", "Unknown argument 'factor' on field 'Product.price'."),
        ("{ media { ... on Draft { id } } }", "Unknown type 'Draft'."),
    ],
)
async def test_what_is_out_cannot_be_asked(query: str, message: str) -> None:
    response = await ask(WITHOUT_INTERNAL, PARTS, query)
    assert response.data is None
    assert [error["message"] for error in response.errors] == [message]


async def test_a_mutation_that_is_out_whole_is_no_operation() -> None:
    response = await ask(WITHOUT_INTERNAL, PARTS, "mutation { wipe }")
    assert (response.data, len(response.errors)) == (None, 1)


async def test_values_and_objects_that_are_out_are_null_with_an_error() -> None:
    response = await ask(WITHOUT_INTERNAL, PARTS, "{ state }")
    assert response.data == {"state": None}
    assert [error["path"] for error in response.errors] == [["state"]]
    response = await ask(WITHOUT_INTERNAL, PARTS, "{ media { __typename } }")
    assert response.data == {"media": None}
    assert [error["path"] for error in response.errors] == [["media", 1]]


def test_nothing_but_inaccessible_and_its_link_is_added() -> None:
    before = composed(CATALOG, SHIPPING)
    after = contracted(WITHOUT_INTERNAL, CATALOG, SHIPPING)
    parse(after)
    assert '\n  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)\n{' in after
    link = '\n  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)'
    definition = re.compile(r"\n\ndirective @inaccessible on [A-Z_ |]+")
    without = re.sub(r"\s+@inaccessible", "", definition.sub("", after.replace(link, "")))
    assert without == before
    assert after.count("@inaccessible") == 1 + len(
        [
            "Query.costs",
            "Mutation",
            "Mutation.wipe",
            "Product.sku",
            "Product.weight",
            "price(factor:)",
            "Draft",
            "HIDDEN",
        ]
    )


def test_a_supergraph_that_has_inaccessible_is_not_linked_twice_and_its_names_are_kept() -> None:
    sdl = """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
          import: [{name: "@tag", as: "@label"}, {name: "@inaccessible", as: "@hidden"}])
        type Query { a: Int b: Int @hidden c: Int @label(name: "internal") }
    """
    whole = compose([SubgraphSdl("a", sdl)]).supergraph_sdl
    assert whole is not None
    made = apply_contract(whole, WITHOUT_INTERNAL).supergraph_sdl
    assert made == whole.replace('c: Int @label(name: "internal")', 'c: Int @label(name: "internal") @hidden')
    assert made != whole


def test_a_contract_of_a_contract_and_the_same_twice() -> None:
    once = contracted(WITHOUT_INTERNAL, CATALOG, SHIPPING)
    assert apply_contract(once, WITHOUT_INTERNAL).supergraph_sdl == once
