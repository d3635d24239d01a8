"""The size of a response: values and text are counted, and too much of them is one error."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.execution.budget import ResponseLimitError, ResponseLimits
from gateway.request import GraphQLResponse
from gateway.server import payloads
from gateway.server.payloads import Payloads, encode_response
from tests.execution.recorded import City


@pytest.mark.parametrize(
    ("data", "values", "characters"),
    [
        ({}, 0, 0),
        ({"a": "xyz", "b": None, "c": 1}, 3, 3),
        ({"a": ["x", "yy", ["z"]]}, 1 + 3 + 1, 4),
        ({"a": [{"b": "x"}, {"b": "y", "c": {"d": True}}]}, 1 + 2 + 1 + 2 + 1, 2),
    ],
)
def test_fields_and_items_are_values_and_the_limit_is_inclusive(data: Any, values: int, characters: int) -> None:
    ResponseLimits(values, characters).check(data)
    for limits in (ResponseLimits(values - 1, characters), ResponseLimits(values, characters - 1)):
        if data:
            with pytest.raises(ResponseLimitError):
                limits.check(data)


def _refused(response: GraphQLResponse) -> bool:
    [error] = response.errors
    return response.executed and response.data is None and error["extensions"] == {"code": "RESPONSE_LIMIT"}


@pytest.mark.parametrize(
    ("query", "values"),
    [
        # Of one subgraph alone, handed on as it is: reports, one item, its id.
        ("{ reports(first: 1) { id } }", 3),
        # Put together of two, projected: me, name, home, name.
        ("{ me { name home { name } } }", 4),
    ],
)
async def test_an_answer_of_too_many_values_is_one_error(query: str, values: int) -> None:
    answered = await City(response_limits=ResponseLimits(values)).ask(query)
    assert answered.data is not None
    assert answered.errors == []
    assert _refused(await City(response_limits=ResponseLimits(values - 1)).ask(query))


async def test_an_answer_of_too_much_text_is_one_error() -> None:
    assert (await City(response_limits=ResponseLimits(characters=3)).ask("{ me { name } }")).data == {
        "me": {"name": "Lan"}
    }
    assert _refused(await City(response_limits=ResponseLimits(characters=2)).ask("{ me { name } }"))


def test_a_response_of_too_many_bytes_is_sent_as_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    response = GraphQLResponse(data={"a": "ệ" * 10})
    whole = len(encode_response(response))
    assert whole == len(b'{"data":{"a":""}}') + 30
    monkeypatch.setattr(payloads, "RESPONSE_MAX", whole - 1)
    assert b'"code":"RESPONSE_LIMIT"' in encode_response(response)
    assert b'"data":null' in encode_response(response)
    assert '"code":"RESPONSE_LIMIT"' in Payloads().text(response)
    monkeypatch.setattr(payloads, "RESPONSE_MAX", whole)
    assert encode_response(response) == b'{"data":{"a":"' + "ệ".encode() * 10 + b'"}}'
