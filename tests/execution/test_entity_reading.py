"""Reading a level at once: the same objects, representations and targets as one object after another."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.entities import CallReader, objects_at
from gateway.planner.plan import EntityCall, Representation, RepresentationField
from tests.execution.hand import entity_call, steps

VALUES: list[Any] = ["a", "b", "a", 1, 2.5, True, None, [], ["a"], {"x": "a"}]


def _random_tree(random: Random, depth: int, known: list[Any]) -> Any:
    """Objects and lists of any shape, with parts that are met again: answers of entities are shared like that."""
    if known and random.random() < 0.2:
        return random.choice(known)
    kind = random.random()
    if not depth or kind < 0.1:
        return random.choice([None, "text", 7, {}, []])
    made: Any
    if kind < 0.5:
        made = [_random_tree(random, depth - 1, known) for _ in range(random.randint(0, 4))]
    else:
        made = {key: _random_tree(random, depth - 1, known) for key in ("x", "y") if random.random() < 0.9}
        made["__typename"] = random.choice(["A", "B", None, ["A"]])
    known.append(made)
    return made


def _walked(value: Any, path: list[Any]) -> list[dict[str, Any]]:
    """Every object at a path, as often as it is there: one after another, depth first."""
    if isinstance(value, list):
        return [found for item in value for found in _walked(item, path)]
    if not isinstance(value, dict):
        return []
    if not path:
        return [value]
    step, below = path[0], path[1:]
    if isinstance(step, frozenset):
        return _walked(value, below) if value.get("__typename") in [*step] else []
    return _walked(value.get(step), below)


@settings(max_examples=300, deadline=None)
@given(random=st.randoms(use_true_random=True), path=st.sampled_from(("x", "x.y", "x.|A|.y.x", "y.x.y.|A,B|")))
def test_every_object_of_a_path_is_found_once(random: Random, path: str) -> None:
    tree = {"x": _random_tree(random, 6, []), "y": _random_tree(random, 6, [])}
    plain = [frozenset(part[1:-1].split(",")) if part[0] == "|" else part for part in path.split(".")]
    found = objects_at(tree, steps(path))
    assert len({id(obj) for obj in found}) == len(found)
    assert {id(obj) for obj in found} == {id(obj) for obj in _walked(tree, plain)}


def test_an_object_is_found_where_it_is_met_first() -> None:
    first, shared, last = {"n": 1}, {"n": 2}, {"n": 3}
    tree = {"x": [{"y": [shared, first]}, {"y": shared}, {"y": [[last], shared, None]}]}
    assert objects_at(tree, steps("x.y")) == [shared, first, last]


def test_parts_that_are_shared_at_every_level_do_not_multiply() -> None:
    tree: dict[str, Any] = {"end": True}
    for _ in range(40):
        tree = {"x": [tree, tree]}
    assert objects_at(tree, steps(".".join(["x"] * 40))) == [{"end": True}]


@settings(max_examples=300, deadline=None)
@given(
    random=st.randoms(use_true_random=True),
    sources=st.sampled_from((("id",), ("id", "code"), ("code", "id", "size"))),
    mandatory=st.sampled_from((("id",), ("id", "code"), ())),
    typename=st.sampled_from(("Thing", None)),
)
def test_objects_read_at_once_are_read_as_one_by_one(
    random: Random, sources: tuple[str, ...], mandatory: tuple[str, ...], typename: str | None
) -> None:
    fields = tuple(RepresentationField(f"the_{source}", source) for source in sources)
    held = tuple(source for source in mandatory if source in sources)
    call = EntityCall("_entities", "r", steps("x"), (Representation(frozenset(), typename, fields, held),))
    least = random.choice((0.0, 0.05))
    objects = [
        {
            "__typename": random.choice(("A", "B", None)),
            **{
                key: random.choice(VALUES[:6] if random.random() >= least else VALUES) for key in ("id", "code", "size")
            },
        }
        for _ in range(random.randint(0, 12))
    ]
    for obj in objects:
        if random.random() < least:
            del obj[random.choice(("id", "code", "size"))]
    reader = CallReader(call)
    at_once, one_by_one = reader.read({"x": objects}), reader._read_each(objects)
    assert repr(at_once.representations) == repr(one_by_one.representations)
    assert [[id(obj) for obj in each] for each in at_once.targets] == [
        [id(obj) for obj in each] for each in one_by_one.targets
    ]


def test_plain_keys_are_read_at_once_and_others_are_not() -> None:
    reader = CallReader(entity_call("x", "Thing", "id", "code"))
    assert reader._plain is not None
    assert reader._plain.read([{"id": 1, "code": "a"}]) is not None
    assert reader._plain.read([{"id": 1, "code": ["a"]}]) is None
    assert reader._plain.read([{"id": 1}]) is None
