"""``@provides`` through an interface, and for one of its types only."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by

DOG: Row = {"__typename": "Dog", "id": "a1"}
CAT: Row = {"__typename": "Cat", "id": "a2"}
NAMES = {"a1": "Fido", "a2": "Whiskers"}


def _named(animal: Row, **more: int) -> Row:
    return {**animal, "name": NAMES[animal["id"]], **more}


def subgraphs() -> dict[str, Behaviour]:
    book: Row = {"__typename": "Book", "id": "m1"}
    dogs, cats = {"a1": _named(DOG, age=8)}, {"a2": _named(CAT, age=6)}
    return {
        "a": Behaviour(
            query={
                "media": {**book, "animals": [DOG, CAT]},
                "book": {**book, "animals": [_named(DOG), CAT]},
            },
            entities={
                "Book": row_by("id", {"m1": {**book, "animals": [DOG, CAT]}}),
                "Dog": row_by("id", {"a1": DOG}),
                "Cat": row_by("id", {"a2": CAT}),
            },
        ),
        "b": Behaviour(query={"media": {**book, "animals": [_named(DOG), _named(CAT)]}}),
        "c": Behaviour(
            entities={
                "Book": row_by("id", {"m1": {**book, "animals": [dogs["a1"], cats["a2"]]}}),
                "Dog": row_by("id", dogs),
                "Cat": row_by("id", cats),
            }
        ),
    }
