"""Every root field and every private field, asked by everybody: who gets through is what table.toml says."""

from __future__ import annotations

import asyncio

import pytest
from graphql import build_schema, parse

from gateway.host.testing import AskedCity
from gateway.planner.access import access_of
from identity.roles import ROLES
from tests.authorisation.asking import Question, answer, outcome
from tests.authorisation.columns import columns, let_help
from tests.authorisation.coordinates import Way, private_ways, roots, selection
from tests.authorisation.table import PLACE, Row, read_table, the_table, unlike


def ways_of(city: AskedCity) -> dict[str, Way]:
    """To all that a row is for."""
    supergraph = city.city.supergraph
    found = {step.coordinate: (step,) for step in roots(supergraph.public_schema)}
    return {**found, **private_ways(supergraph.public_schema, supergraph.access)}


async def wrong_cells(city: AskedCity, ways: dict[str, Way]) -> list[str]:
    """Where the city does not do what the table says."""
    table, everybody = the_table(), columns(city.city.manifest.roles)
    await city.city.database.change(let_help, everybody)
    wrong = []
    for coordinate, way in ways.items():
        question = Question.to(city, way, table[coordinate].given)
        answers = await asyncio.gather(*(answer(city, question, actor) for actor in everybody.values()))
        for (name, actor), given in zip(everybody.items(), answers, strict=True):
            expected, met = table[coordinate].expected(actor), outcome(question, given)
            if met != expected:
                wrong.append(f"{coordinate} asked by {name} is {met}; the table says {expected}: {given}")
    return wrong


async def test_every_root_field_and_every_private_field_has_a_row(city: AskedCity) -> None:
    to_do = unlike(the_table(), frozenset(ways_of(city)), PLACE, '"{}" = "signed-in"')
    assert not to_do, "\n".join(to_do)


async def test_every_role_has_a_column(city: AskedCity) -> None:
    held = {role for actor in columns(city.city.manifest.roles).values() for role in actor.roles}
    assert held == ROLES


@pytest.mark.parametrize("root", ["Query", "Subscription", "Mutation"])
async def test_everybody_gets_through_to_what_the_table_says_and_to_nothing_else(city: AskedCity, root: str) -> None:
    # What has no row is told above.
    rows = the_table()
    of_root = {name: way for name, way in ways_of(city).items() if way[0].parent.name == root and name in rows}
    assert of_root
    wrong = await wrong_cells(city, of_root)
    assert not wrong, "\n".join(wrong)


async def test_what_a_row_says_is_what_is_held_against_the_city(
    city: AskedCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test of the tests above: each cell that a wrong row has is told."""
    table = {**the_table(), "Query.myReports": Row("anyone"), "Mutation.receiveReport": Row(frozenset({"OFFICER"}))}
    monkeypatch.setattr("tests.authorisation.test_table.the_table", lambda: table)
    ways = {name: way for name, way in ways_of(city).items() if name in ("Query.myReports", "Mutation.receiveReport")}
    told = [line.partition(";")[0] for line in await wrong_cells(city, ways)]
    assert sorted(told) == [
        "Mutation.receiveReport asked by lead is denied",
        "Mutation.receiveReport asked by officer is denied",
        "Mutation.receiveReport asked by officer-bt is denied",
        "Mutation.receiveReport asked by officer-elsewhere is denied",
        "Mutation.receiveReport asked by operator is allowed",
        "Query.myReports asked by nobody is denied",
    ]


GUARDED = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
type Query { open: Open mine: Mine! @authenticated list: Page }
type Open { name: String phone: String @authenticated secret: Secret @authenticated either: Either }
union Either = Open | Other
type Other { word: String pin: String @authenticated }
type Mine { name: String! open: Open page: Page }
type Secret { number: Int }
type Page { edges: [Edge!]! pageInfo: Int }
type Edge { node: Open cursor: String }
"""


def test_private_is_what_is_guarded_and_what_only_guarded_fields_lead_to() -> None:
    schema = build_schema(GUARDED, assume_valid_sdl=True)
    ways = private_ways(schema, access_of(parse(GUARDED)))
    assert {name: selection(schema, way, {}) for name, way in ways.items()} == {
        "Open.phone": "{ open { phone  } }",
        "Open.secret": "{ open { secret { __typename } } }",
        "Secret.number": "{ open { secret { number  } } }",
        "Other.pin": "{ open { either { ... on Other { pin  } } } }",
        "Mine.name": "{ mine { name  } }",
        "Mine.open": "{ mine { open { __typename } } }",
        "Mine.page": "{ mine { page { __typename } } }",
    }


def test_a_field_without_a_row_and_a_row_without_a_field_are_told_with_what_to_do() -> None:
    assert unlike(["Query.a", "Query.gone"], frozenset({"Query.a", "Query.new"}), "t.toml", '"{}" = "signed-in"') == [
        'Query.new has no row in t.toml: add a line such as "Query.new" = "signed-in"',
        "Query.gone has a row in t.toml and is no longer in the schema: take it out",
    ]


@pytest.mark.parametrize("said", ['"everybody"', '["KING"]', "[]", "{level = 2}", '{who = "anyone", whom = 1}', "1"])
def test_a_row_that_says_nothing_sensible_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="Query.a in tests/authorisation/table.toml"):
        read_table(f'"Query.a" = {said}')
