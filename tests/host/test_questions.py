"""Questions: one plugin asks; whoever answers is heard, and one that fails, is late or is out is left out."""

import asyncio

import pytest

import gateway.host.questions as questions_module
from gateway.host.assembly import assemble
from gateway.host.manifest import read_manifest
from gateway.host.testing import OpenCity
from tests.host.conftest import WriteCity, good

ASKER = '''
import strawberry
from gateway.plugin import About, Info, SubgraphTypes, hookimpl, question

class Questions:
    @question
    async def asker_greeting(self, context, name: str) -> str:
        """A greeting."""

@strawberry.type
class Query:
    @strawberry.field
    async def greetings(self, info: Info, name: str) -> list[str] | None:
        return [f"{a.plugin}: {a.value}" for a in await info.context.ask("asker_greeting", name=name)]

@hookimpl
def about():
    return About(title="asker", owner="VP-UBND")

@hookimpl
def questions():
    return Questions

@hookimpl
def subgraph():
    return SubgraphTypes(query=Query)
'''

ANSWER = "\n@hookimpl\n{how}def asker_greeting({arguments}):\n    {body}\n"


def answering(name: str, body: str, how: str = "", arguments: str = "context, name") -> str:
    return good(name) + ANSWER.format(how=how, arguments=arguments, body=body)


ASK = '{ greetings(name: "Lan") }'


async def test_every_answer_is_heard_in_the_order_of_the_list(write_city: WriteCity, open_test_city: OpenCity) -> None:
    sources = {
        "plain": answering("plain", "return f'chào {name}'"),
        "asker": ASKER,
        "slow": answering("slow", "import asyncio; await asyncio.sleep(0.05); return context.actor.id", "async "),
        "brief": answering("brief", "return 'ừ'", arguments="context"),
    }
    async with open_test_city(write_city(sources)) as city:
        assert (await city.ask(ASK, by="lan"))["greetings"] == ["plain: chào Lan", "slow: person-lan", "brief: ừ"]


async def test_one_that_raises_or_is_late_is_left_out(
    write_city: WriteCity, open_test_city: OpenCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions_module, "ANSWER_WITHIN_S", 0.2)
    sources = {
        "asker": ASKER,
        "raising": answering("raising", "raise ValueError('no')"),
        "late": answering("late", "import asyncio; await asyncio.sleep(30)", "async "),
        "good": answering("good", "return name"),
    }
    async with open_test_city(write_city(sources)) as city, asyncio.timeout(5):
        assert (await city.ask(ASK))["greetings"] == ["good: Lan"]


async def test_a_plugin_whose_asker_is_out_serves_on(write_city: WriteCity, open_test_city: OpenCity) -> None:
    sources = {"asker": "1/0", "good": answering("good", "return name")}
    async with open_test_city(write_city(sources)) as city:
        assert await city.ask("{ good }") == {"good": "good answers"}


def test_an_answer_in_another_shape_puts_the_answering_plugin_out(write_city: WriteCity) -> None:
    sources = {"asker": ASKER, "odd": answering("odd", "return 1", arguments="context, surname")}
    assembly = assemble(read_manifest(write_city(sources)))
    assert assembly.out == {"odd": "odd answers asker_greeting of asker and asks for surname, which it does not give."}
