"""One required field with different arguments for different fields, with fragments, and asked by the client besides."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@external", "@requires", "@shareable"])\n'
)
SUBGRAPHS = {
    "goods": LINK
    + """
type Query { goods: [Good] }
type Good @key(fields: "id") { id: ID! price(in: Currency): Float! size: Size }
enum Currency { USD EUR }
union Size = Box | Bag
type Box { edge: Int! }
type Bag { volume: Int! }
""",
    "freight": LINK
    + """
type Good @key(fields: "id") {
  id: ID!
  price(in: Currency): Float! @external
  size: Size @external
  abroad: String @requires(fields: "price(in: USD) size { __typename ... on Box { edge } }")
  home: String @requires(fields: "price(in: EUR) size { ... on Bag { volume } ... on Box { edge } }")
  plain: String @requires(fields: "price")
}
enum Currency { USD EUR }
union Size = Box | Bag
type Box { edge: Int! @external }
type Bag { volume: Int! @external }
""",
}
BOTH = [
    {"abroad": "2.0 Box 7", "home": "1.0 7", "plain": "0.5"},
    {"abroad": "4.0 Bag -", "home": "2.0 9", "plain": "1.0"},
]
CASES = [
    ("{ goods { abroad home plain } }", {"goods": BOTH}, []),
    (
        "{ goods { price(in: EUR) home size { ... on Bag { edge: volume } } } }",
        {
            "goods": [
                {"price": 1.0, "home": "1.0 7", "size": {}},
                {"price": 2.0, "home": "2.0 9", "size": {"edge": 9}},
            ]
        },
        [],
    ),
    (
        "{ goods { price: abroad size: home abroad: id } }",
        {
            "goods": [
                {"price": "2.0 Box 7", "size": "1.0 7", "abroad": "g1"},
                {"price": "4.0 Bag -", "size": "2.0 9", "abroad": "g2"},
            ]
        },
        [],
    ),
]
RATES = {"USD": 2.0, "EUR": 1.0, None: 0.5}


def subgraphs() -> dict[str, Behaviour]:
    goods: dict[str, Row] = {
        "g1": {"id": "g1", "cost": 1, "size": {"__typename": "Box", "edge": 7}},
        "g2": {"id": "g2", "cost": 2, "size": {"__typename": "Bag", "volume": 9}},
    }

    def price(good: Row, **arguments: str) -> float:
        return float(good["cost"]) * RATES[arguments.get("in")]

    def abroad(good: Row) -> str:
        return f"{good['price']} {good['size']['__typename']} {good['size'].get('edge', '-')}"

    def home(good: Row) -> str:
        return f"{good['price']} {good['size'].get('edge') or good['size'].get('volume')}"

    return {
        "goods": Behaviour(
            query={"goods": list(goods.values())},
            entities={"Good": row_by("id", goods)},
            fields={"Good.price": price},
        ),
        "freight": Behaviour(
            entities={"Good": dict},
            fields={"Good.abroad": abroad, "Good.home": home, "Good.plain": lambda good: str(good["price"])},
        ),
    }
