"""Bounds of the values in variables."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway.guard.limits import CODES, Limits, refusal
from gateway.guard.values import check_values

LIMITS = Limits(list_items=3, value_nesting=4, values=10)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, None),
        ({"a": 1, "b": None, "c": "x" * 10_000}, None),
        ({"a": [1, 2, 3]}, None),
        ({"a": [1, 2, 3, 4]}, "LIST_ARGUMENT_LIMIT"),
        ({"a": {"b": [1, 2, 3, 4]}}, "LIST_ARGUMENT_LIMIT"),
        (nested(5), None),
        (nested(6), "VARIABLE_LIMIT"),
        ({"a": [[[[1]]]]}, None),
        ({"a": [[[[[1]]]]]}, "VARIABLE_LIMIT"),
        ({str(number): number for number in range(10)}, None),
        ({str(number): number for number in range(11)}, "VARIABLE_LIMIT"),
        ({"a": {str(number): number for number in range(10)}}, "VARIABLE_LIMIT"),
    ],
)
def test_a_bound_is_inclusive_and_has_its_code(values: Any, code: str | None) -> None:
    error = check_values(values, LIMITS)
    assert (error.extensions if error else None) == ({"code": code} if code else None)


def test_a_million_values_are_refused_at_once() -> None:
    values = {"a": {str(number): [] for number in range(1_000_000)}}
    began = time.perf_counter()
    error = check_values(values, Limits())
    assert error is not None
    assert error.extensions == {"code": "VARIABLE_LIMIT"}
    assert time.perf_counter() - began < 0.2


def test_a_refusal_has_one_of_the_known_codes() -> None:
    assert refusal("DEPTH_LIMIT", "Too deep.").extensions == {"code": "DEPTH_LIMIT"}
    with pytest.raises(ValueError, match="TOO_DEEP is not a code of the guard"):
        refusal("TOO_DEEP", "Too deep.")
    assert all(code.isupper() for code in CODES)
