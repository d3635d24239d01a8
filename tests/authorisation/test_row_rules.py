"""What is somebody's is, to everybody else, as if it were not there: the answer is the one for an id of nothing."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type, is_leaf_type

from gateway.host.testing import AskedCity
from identity.actor import Actor
from tests.authorisation.asking import Question, answer
from tests.authorisation.belongings import TITLE, belongings, unlike
from tests.authorisation.columns import columns
from tests.authorisation.coordinates import Step, id_arguments
from tests.authorisation.table import unlike as rows_unlike
from tests.sign_in.browser import Browser
from tests.sign_in.conftest import ServedCity

PLACE = "tests/authorisation/row_rules.toml"
RULES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("row_rules.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Tried:
    """An argument, and whose thing it is tried with. ``rightful``: who is to get another answer than for nothing."""

    coordinate: str
    thing: str
    rightful: str

    @property
    def seen_by(self) -> frozenset[str]:
        return frozenset(RULES["things"][self.thing]["seen_by"])

    @property
    def path(self) -> str:
        return self.coordinate.partition("(")[2].rstrip(")")


def tried(table: str) -> list[Tried]:
    rules = RULES[table].items()
    return [Tried(name, rule["thing"], rule["for"]) for name, rule in rules if isinstance(rule, dict)]


def without(id: str, answer: Any) -> str:
    """The answer in text, with the id taken out of its words."""
    for error in answer.get("errors", ()):
        error.pop("locations", None)
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False)
    local = id.partition(":")[2]
    return text.replace(local, "*").replace(local[:20], "*")


async def test_every_argument_that_is_an_id_has_a_rule(city: AskedCity) -> None:
    there = frozenset(id_arguments(city.city.supergraph.public_schema))
    to_do = rows_unlike(RULES["arguments"], there, PLACE, '"{}" = {{ thing = "report", for = "lan" }}')
    assert not to_do, "\n".join(to_do)


async def test_an_id_of_somebody_elses_is_answered_like_one_of_nothing(city: AskedCity) -> None:
    things, everybody = await belongings(city), columns(city.city.manifest.roles)
    places = id_arguments(city.city.supergraph.public_schema)
    wrong = []
    for each in tried("arguments"):
        for name, actor in everybody.items():
            if name in each.seen_by:
                continue
            real, none = await _two_answers(city, places[each.coordinate], each, things[each.thing], actor)
            if real != none:
                wrong.append(f"{each.coordinate} tells {name} of lan's {each.thing}:\n  {real}\n  {none}")
    assert not wrong, "\n".join(wrong)


async def test_who_may_know_of_it_gets_another_answer(city: AskedCity) -> None:
    """Else the test above would hold for a city that answers nobody."""
    things, everybody = await belongings(city), columns(city.city.manifest.roles)
    places = id_arguments(city.city.supergraph.public_schema)
    alike = []
    for each in tried("arguments"):
        actor = everybody[each.rightful]
        real, none = await _two_answers(city, places[each.coordinate], each, things[each.thing], actor)
        if real == none:
            alike.append(f"{each.coordinate} for {each.rightful}: {real}")
    assert not alike, "\n".join(alike)


async def _two_answers(city: AskedCity, step: Step, each: Tried, id: str, actor: Actor) -> tuple[str, str]:
    """For the id, and for one of nothing."""
    texts = []
    for asked in (unlike(id), id):
        question = Question.to(city, (step,), {each.path: json.dumps(asked)})
        texts.append(without(asked, await answer(city, question, actor)))
    return texts[1], texts[0]


async def test_lists_counts_searches_and_codes_tell_nobody_else_of_a_private_report(city: AskedCity) -> None:
    things, everybody = await belongings(city), columns(city.city.manifest.roles)
    query = """query($word: String!, $code: String!) {
      reports(filter: {search: $word}) { totalCount nodes { id } }
      byCode: reports(filter: {search: $code}) { totalCount }
      report(code: $code) { id }
      agency(key: "SXD") { reports(first: 50) { nodes { id } totalCount } }
      wardAt(point: {lat: 10.7769, lng: 106.7009}) { ward { reports(first: 50) { nodes { id } totalCount } } }
      features(bbox: {south: 10.776, west: 106.70, north: 10.778, east: 106.702}) { nodes { title } }
    }"""
    told = {}
    for name, actor in everybody.items():
        word = TITLE.rpartition(" ")[2]
        found = await city.ask(query, by=actor, word=word, code=things["code"])
        shown = json.dumps(found, ensure_ascii=False)
        told[name] = {
            "title": TITLE in shown,
            "id": things["report"] in shown,
            "found": found["reports"]["totalCount"],
            "by code": found["byCode"]["totalCount"],
            "in ward": found["wardAt"]["ward"]["reports"]["totalCount"],
            "of agency": found["agency"]["reports"]["totalCount"],
        }
    seen_by = set(RULES["things"]["report"]["seen_by"])
    strangers = {name: told[name] for name in everybody if name not in seen_by}
    nothing = {**told["nobody"], "title": False, "id": False, "found": 0, "by code": 0}
    assert strangers == dict.fromkeys(strangers, nothing)
    assert all(told[name]["found"] == 1 and told[name]["id"] for name in seen_by)
    assert all(told[name]["of agency"] == nothing["of agency"] + 1 for name in seen_by)


async def test_a_place_in_the_stream_brings_back_ones_own_events_alone(city: AskedCity) -> None:
    await belongings(city)
    everybody = columns(city.city.manifest.roles)
    place = id_arguments(city.city.supergraph.public_schema)["Subscription.inboxChanged(after)"]
    question = Question.to(city, (place,), {"after": '"0"'})
    met = {name: await answer(city, question, actor) for name, actor in everybody.items() if actor.is_authenticated}
    got = {name for name, given in met.items() if given.get("data")}
    assert got == {"lan", "helper"}


async def test_the_same_request_key_of_two_people_is_two_requests(city: AskedCity) -> None:
    mutation = """mutation { submitReport(input: {
      category: "%s", title: "Đèn đường hỏng ở hẻm", visibility: PRIVATE, clientMutationId: "one-and-the-same"
    }) { node { id isMine } userErrors { code } } }"""
    categories = (await city.ask("{ reportCategories { code kind } }"))["reportCategories"]
    text = mutation % next(each["code"] for each in categories if each["kind"] == "INCIDENT")
    first = (await city.ask(text, by="lan"))["submitReport"]["node"]
    other = (await city.ask(text, by="hoa"))["submitReport"]["node"]
    again = (await city.ask(text, by="lan"))["submitReport"]["node"]
    assert first == again
    assert other["id"] != first["id"]
    assert other["isMine"] is True


ENTITY = "query($keys: [_Any!]!) { _entities(representations: $keys) { __typename ... on %s { %s } } }"
_KEYED = re.compile(r"^(?:extend )?type (\w+)[^{]*@key\(fields: \"id\"(?![^)]*resolvable: false)", re.MULTILINE)


def entities_of(sdl: str) -> dict[str, str]:
    """Type -> what to select of it, for each that the subgraph resolves by its id."""
    schema = build_schema(sdl, assume_valid_sdl=True)
    found = {}
    for name in _KEYED.findall(sdl):
        type_ = schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        plain = [field for field, of in type_.fields.items() if not of.args and is_leaf_type(get_named_type(of.type))]
        found[name] = " ".join(plain)
    return found


async def _subgraph(client: Browser, plugin: str, query: str, bearer: dict[str, str], **variables: Any) -> Any:
    body = {"query": query, "variables": variables}
    status, given = await client.post(f"/subgraphs/{plugin}/graphql", body, **bearer)
    assert status == 200, given
    return given


@pytest.fixture
async def resolving(whole: ServedCity, client: Browser) -> dict[str, dict[str, str]]:
    """Plugin -> its entities."""
    found = {}
    for plugin in whole.city.local_subgraphs():
        told = await _subgraph(client, plugin, "{ _service { sdl } }", {})
        found[plugin] = entities_of(told["data"]["_service"]["sdl"])
    return found


async def test_every_entity_that_a_subgraph_resolves_has_a_rule(resolving: dict[str, dict[str, str]]) -> None:
    there = frozenset(name for entities in resolving.values() for name in entities)
    to_do = rows_unlike(RULES["entities"], there, PLACE, '{} = {{ thing = "report", for = "lan" }}')
    assert not to_do, "\n".join(to_do)


async def test_a_subgraph_resolves_for_strangers_nothing_that_is_somebodys(
    whole: ServedCity, client: Browser, resolving: dict[str, dict[str, str]]
) -> None:
    things, everybody = await belongings(AskedCity(whole.city)), columns(whole.city.manifest.roles)
    rules = {each.coordinate: each for each in tried("entities")}
    wrong = []
    for plugin, entities in resolving.items():
        for type_, fields in entities.items():
            if type_ not in rules:
                continue
            each = rules[type_]
            for name, actor in everybody.items():
                token = whole.city.hosted.tokens.sign(actor) if actor.is_authenticated else ""
                bearer = {"authorization": f"Bearer {token}"} if token else {}
                id = things[each.thing]
                texts = []
                for asked in (unlike(id), id):
                    keys = [{"__typename": type_, "id": asked}]
                    texts.append(
                        without(asked, await _subgraph(client, plugin, ENTITY % (type_, fields), bearer, keys=keys))
                    )
                if name not in each.seen_by and texts[0] != texts[1]:
                    wrong.append(f"{plugin} tells {name} of a {type_}: {texts[1]}")
                if name == each.rightful and texts[0] == texts[1]:
                    wrong.append(f"{plugin} does not tell {name} of a {type_}: {texts[1]}")
    assert not wrong, "\n".join(wrong)
