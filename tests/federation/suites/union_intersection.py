"""Two unions of the same name with different members, and fields typed by a member here and by the union there."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by


def _item(typename: str, title: str, side: str) -> Row:
    id_ = typename.lower()
    return {"__typename": typename, "id": id_, "title": title, f"{side}Title": f"{side.upper()}: {title}"}


def subgraphs() -> dict[str, Behaviour]:
    lord = "The Lord of the Rings"
    book_a, song = _item("Book", lord, "a"), _item("Song", "Song Title", "a")
    book_b = _item("Book", lord, "b")
    movie: Row = {"__typename": "Movie", "id": "movie", "title": "A Movie Title", "bTitle": "B Movie Title"}
    in_a = {"media": book_a, "aMedia": book_a, "book": book_a, "song": song}
    in_b = {"media": book_b, "bMedia": movie, "book": book_b}
    return {
        "a": Behaviour(
            query={**in_a, "viewer": in_a},
            entities={"Book": row_by("id", {"book": book_a}), "Song": row_by("id", {"song": song})},
        ),
        "b": Behaviour(
            query={**in_b, "viewer": in_b},
            entities={"Book": row_by("id", {"book": book_b}), "Movie": row_by("id", {"movie": movie})},
        ),
    }
