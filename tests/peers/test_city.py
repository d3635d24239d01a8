"""The city's supergraph, as ``congdanso supergraph`` prints it, in other gateways: the same answers as from ours.

Compared are the whole of ``data``, in its text and so in its order, and of every error its message, path and code.
Not compared are an error's ``locations``, which ours alone gives for what it refuses itself, and ``serviceName``,
which the others add; and of Hive's paths the list indices, see ``told_errors``. The city has neither interface nor
union: test_suites.py asks through those.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.execution.program import fetches_of
from gateway.request import GraphQLRequest
from tests.cli.test_command import congdanso
from tests.peers.peers import PACKAGES, Job, answers_of, run, told_errors
from tests.peers.questions import QUESTIONS, Question
from tests.server.running import Running

NewCity = Callable[[], Running]


def printed(server: Running, *options: str) -> str:
    return congdanso("supergraph", "--base-url", f"http://127.0.0.1:{server.port}", *options)


def request(server: Running, question: Question) -> dict[str, Any]:
    asked: dict[str, Any] = {"query": question.query, "variables": question.variables}
    if question.by is not None:
        asked["authorization"] = f"Bearer {server.served.sign_in(question.by)}"
    return asked


def own_answer(server: Running, question: Question) -> dict[str, Any]:
    asked = request(server, question)
    headers = {"Authorization": asked.pop("authorization")} if "authorization" in asked else {}
    answer: dict[str, Any] = server.send(asked, headers=headers).json
    return answer


@pytest.fixture(scope="module")
def own_answers(new_city: NewCity) -> list[dict[str, Any]]:
    server = new_city()
    return [own_answer(server, question) for question in QUESTIONS]


def test_our_own_gateway_answers_every_question(own_answers: list[dict[str, Any]]) -> None:
    """What the others are compared to says something: the errors are the expected ones, and all else is there."""
    answers = dict(zip((question.about for question in QUESTIONS), own_answers, strict=True))
    codes = {about: [e["extensions"]["code"] for e in answer.get("errors", [])] for about, answer in answers.items()}
    assert {about: found for about, found in codes.items() if found} == {
        "a refusal at a root field": ["BAD_POINT"],
        "refusals in the entities of a list": ["BAD_CURSOR", "BAD_CURSOR"],
        "guarded fields, of nobody": ["UNAUTHENTICATED"] * 3,
        "scopes that a citizen has not": ["FORBIDDEN"] * 2,
        "a mutation of nobody": ["UNAUTHENTICATED"],
    }
    assert answers["a mutation of nobody"]["data"] is None
    assert answers["a mutation"]["data"]["submitReport"]["node"]["ward"] == {
        "fullName": "Phường Bến Thành",
        "agency": {"name": "UBND Phường Bến Thành", "ward": {"code": "26743"}},
    }
    left = answers["what the mutations have left"]["data"]["myReports"]["nodes"]
    assert [report["title"] for report in left[:2]] == ["Hai", "Lấn chiếm vỉa hè"]


@pytest.mark.parametrize("peer", PACKAGES)
def test_another_gateway_answers_as_ours_does(peer: str, new_city: NewCity, own_answers: list[dict[str, Any]]) -> None:
    server = new_city()
    answers = answers_of(peer, Job(printed(server), [request(server, question) for question in QUESTIONS]))
    for question, answer, own in zip(QUESTIONS, answers, own_answers, strict=True):
        shown = f"{question.about}: {question.query}"
        assert json.dumps(answer["data"]) == json.dumps(own["data"]), shown
        assert told_errors(answer, peer) == told_errors(own, peer), shown


def test_a_gateway_that_cannot_enforce_the_guards_refuses_the_supergraph_with_security(new_city: NewCity) -> None:
    server = new_city()
    (told,) = run("apollo", [Job(printed(server, "--security"), [])])
    assert "authenticated/v0.1 is for: SECURITY but is unsupported" in told["refused"]
    assert "requiresScopes/v0.1 is for: SECURITY but is unsupported" in told["refused"]


def test_the_questions_ask_every_plugin(new_city: NewCity) -> None:
    city = new_city().served
    asked: set[str] = set()
    for question in QUESTIONS:
        plan = city.engine.prepare(GraphQLRequest(question.query)).program.plan
        asked |= {fetch.subgraph for fetch in fetches_of(plan.node)}
    assert asked == {"agencies", "engagement", "feedback", "maps", "vneid"}
