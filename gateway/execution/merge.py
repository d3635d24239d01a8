"""Merging answers into the merged tree, in place: what is there stays the same object, so that others may hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def merge_object(target: dict[str, Any], answer: Mapping[str, Any]) -> None:
    """Merge ``answer`` into ``target``: objects deeply, lists by index, leaves by the newer value.

    A null never hides a value that another subgraph gave. Parts of ``answer`` may become parts of ``target``.
    """
    merge_into((target,), answer)


def merge_into(targets: Iterable[dict[str, Any]], answer: Mapping[str, Any]) -> None:
    """Merge ``answer`` into each of ``targets``; they then share its parts."""
    items = list(answer.items())
    for target in targets:
        for key, value in items:
            # One step where the key is new, as it is nearly always.
            old = target.setdefault(key, value)
            if old is not value and value is not None:
                _merge_value(target, key, old, value)


def _merge_value(target: dict[str, Any], key: str, old: Any, value: Any) -> None:
    if old is None:
        target[key] = value
    elif old.__class__ is dict:
        if value.__class__ is dict:
            merge_object(old, value)
    elif old.__class__ is list:
        if value.__class__ is list:
            _merge_list(old, value)
    else:
        target[key] = value


def _merge_list(target: list[Any], answer: list[Any]) -> None:
    for index, value in enumerate(answer[: len(target)]):
        old = target[index]
        if old is None:
            target[index] = value
        elif old.__class__ is dict:
            if value.__class__ is dict and old is not value:
                merge_object(old, value)
        elif old.__class__ is list and value.__class__ is list and old is not value:
            _merge_list(old, value)
    target.extend(answer[len(target) :])
