"""Merging: deep, by index, in place."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.execution.merge import merge_object


@pytest.mark.parametrize(
    ("target", "answer", "merged"),
    [
        ({"a": {"x": 1}}, {"a": {"y": 2}, "b": 3}, {"a": {"x": 1, "y": 2}, "b": 3}),
        ({"a": [{"x": 1}, {"x": 2}]}, {"a": [{"y": 1}, {"y": 2}]}, {"a": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}),
        ({"a": [[{"x": 1}]]}, {"a": [[{"y": 1}]]}, {"a": [[{"x": 1, "y": 1}]]}),
        ({"a": [None, {"x": 1}]}, {"a": [{"y": 1}, None]}, {"a": [{"y": 1}, {"x": 1}]}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 2]}),
        ({"a": {"x": 1}}, {"a": None}, {"a": {"x": 1}}),
        ({"a": None}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": None}, {"a": None}, {"a": None}),
        ({"__typename": "Account"}, {"__typename": "Admin"}, {"__typename": "Admin"}),
        ({"a": {"x": 1}}, {"a": "not an object"}, {"a": {"x": 1}}),
    ],
)
def test_an_answer_is_merged(target: dict[str, Any], answer: dict[str, Any], merged: dict[str, Any]) -> None:
    merge_object(target, answer)
    assert target == merged


def test_objects_that_others_hold_stay_the_same_objects() -> None:
    held = {"x": 1}
    target = {"a": [held]}
    merge_object(target, {"a": [{"y": 2}]})
    assert target["a"][0] is held
    assert held == {"x": 1, "y": 2}
