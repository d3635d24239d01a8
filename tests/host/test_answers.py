"""What may be answered to a question: what its method says it returns, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from gateway.host.answers import checked_answer
from gateway.host.testing import OpenCity
from schema.geo import MapFeature, Point
from tests.host.conftest import WriteCity
from tests.host.test_questions import ASK, ASKER, answering

if TYPE_CHECKING:
    from nowhere import Unknown  # type: ignore[import-not-found]

HERE = MapFeature("Report:1", "feedback.reports", "Ổ gà", Point(10.7, 106.7))


class Opaque:
    """Of a class of which nothing is known but its name."""


class Model(BaseModel):
    opaque: int


class Questions:
    async def features(self) -> list[MapFeature]:
        raise NotImplementedError

    async def layers(self) -> dict[str, str]:
        raise NotImplementedError

    async def ward(self) -> str | None:
        raise NotImplementedError

    async def things(self) -> Sequence[Opaque]:
        raise NotImplementedError

    async def model(self) -> Model:
        raise NotImplementedError

    async def unknown(self) -> Unknown:
        raise NotImplementedError

    async def unsaid(self):  # type: ignore[no-untyped-def]
        raise NotImplementedError


THING = Opaque()


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("features", []),
        ("features", [HERE]),
        ("layers", {"a": "b"}),
        ("ward", None),
        ("ward", "26740"),
        ("things", [THING]),
        ("model", Model(opaque=1)),
        ("unknown", 5),
        ("unsaid", THING),
    ],
)
def test_what_is_asked_for_comes_through(question: str, value: object) -> None:
    assert checked_answer(getattr(Questions, question), value) == value


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("features", None),
        ("features", 5),
        ("features", ["x", None]),
        ("features", [HERE, None]),
        ("features", [MapFeature("Report:1", ["unhashable"], "a", HERE.point)]),  # type: ignore[arg-type]
        ("features", [MapFeature("Report:1", "a", "a", None)]),  # type: ignore[arg-type]
        ("layers", 5),
        ("layers", {"a": None}),
        ("layers", ["a"]),
        ("ward", 26740),
        ("things", [HERE]),
        ("model", THING),
    ],
)
def test_anything_else_is_refused(question: str, value: object) -> None:
    with pytest.raises(ValidationError):
        checked_answer(getattr(Questions, question), value)


async def test_a_plugin_that_answers_with_something_else_is_left_out_and_named(
    write_city: WriteCity, open_test_city: OpenCity
) -> None:
    sources = {
        "asker": ASKER,
        "number": answering("number", "return 5"),
        "nothing": answering("nothing", "pass"),
        "secret": answering("secret", "return ['079012345678']", "async "),
        "good": answering("good", "return name"),
    }
    async with open_test_city(write_city(sources)) as city:
        with structlog.testing.capture_logs() as logs:
            assert (await city.ask(ASK))["greetings"] == ["good: Lan"]
    told: list[Any] = [{key: entry[key] for key in ("plugin", "question", "wrong")} for entry in logs]
    assert told == [
        {"plugin": name, "question": "asker_greeting", "wrong": ["string_type"]}
        for name in ("number", "nothing", "secret")
    ]
