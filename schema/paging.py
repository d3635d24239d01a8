"""Pages: Relay connections over any sorted list of rows, bounded everywhere.

A cursor is the sort key of its row, so that a page never repeats or skips a row when newer rows come in.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import strawberry

from schema.errors import Refused

Row = TypeVar("Row")
Node = TypeVar("Node")

SortKey: TypeAlias = tuple[str | int | float | None, ...]

PAGE_DEFAULT = 20
PAGE_MOST = 100
_CURSOR_MOST = 500


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows a client asked for: up to ``limit`` whose sort key comes after ``after`` (None: from the start)."""

    after: SortKey | None
    limit: int


def window(first: int | None, after: str | None, *, width: int) -> Window:
    """``first`` and ``after`` of Relay, checked; ``width`` is the number of parts of the list's sort key.

    Raises:
        Refused: PAGE_TOO_LARGE, when ``first`` is not 1 to 100; BAD_CURSOR, when ``after`` is no cursor of this list.
    """
    limit = PAGE_DEFAULT if first is None else first
    if not 1 <= limit <= PAGE_MOST:
        raise Refused(f"first is {limit}: ask for 1 to {PAGE_MOST} at a time.", code="PAGE_TOO_LARGE", field="first")
    return Window(None if after is None else _sort_key(after, width), limit)


def cursor(key: SortKey) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def _sort_key(text: str, width: int) -> SortKey:
    try:
        key = json.loads(base64.urlsafe_b64decode(text[:_CURSOR_MOST].encode()))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    if not isinstance(key, list) or len(key) != width or any(isinstance(part, (list, dict, bool)) for part in key):
        raise _bad_cursor()
    return tuple(key)


def _bad_cursor() -> Refused:
    return Refused(
        "after is not a cursor of this list: use pageInfo.endCursor of the page before.",
        code="BAD_CURSOR",
        field="after",
    )


def _is_key_part(part: Any) -> bool:
    """What a database compares: no lists, no truth values, no number that is too large for it."""
    if isinstance(part, bool):
        return False
    if isinstance(part, int):
        return -(2**63) <= part < 2**63
    if isinstance(part, float):
        return math.isfinite(part)
    return part is None or isinstance(part, str)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one window. Read one row more than asked for, and ``more`` is known without counting."""

    rows: Sequence[Row]
    keys: Sequence[SortKey]
    more: bool
    later: bool

    @classmethod
    def of(cls, rows: Sequence[Row], asked: Window, key: Callable[[Row], SortKey]) -> Page[Row]:
        """From up to ``asked.limit + 1`` sorted rows and their sort key."""
        kept = rows[: asked.limit]
        return cls(kept, [key(row) for row in kept], len(rows) > asked.limit, asked.after is not None)

    @classmethod
    def cut(cls, rows: Sequence[Row], asked: Window, key: Callable[[Row], SortKey]) -> Page[Row]:
        """From a whole list in memory, sorted by ``key`` here.

        Raises:
            Refused: BAD_CURSOR, when ``asked.after`` does not compare with the list's keys.
        """
        ordered = sorted(rows, key=key)
        if asked.after is not None:
            after = asked.after
            try:
                ordered = [row for row in ordered if key(row) > after]
            except TypeError:
                # Of the right width, but with a text where this list has a number: made up.
                raise _bad_cursor() from None
        return cls.of(ordered[: asked.limit + 1], asked, key)


@strawberry.federation.type(shareable=True, description="Relay's: where a page stands in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None = None
    end_cursor: str | None = None


@strawberry.federation.type(shareable=True, description="A node and its cursor.")
class Edge(Generic[Node]):
    node: Node
    cursor: str


@strawberry.federation.type(shareable=True, description="One page of a list, by Relay's connection specification.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    page_info: PageInfo
    counted: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The nodes without their edges.")  # type: ignore[untyped-decorator]
    def nodes(self) -> list[Node]:
        return [edge.node for edge in self.edges]

    @strawberry.field(description="How many there are in all.")  # type: ignore[untyped-decorator]
    async def total_count(self) -> int:
        return await self.counted()

    @classmethod
    def of(
        cls, page: Page[Any], make: Callable[[Any], Node], counted: Callable[[], Awaitable[int]]
    ) -> Connection[Node]:
        """``make`` turns a row into its node; ``counted`` counts the whole list when somebody asks."""
        edges = [Edge(node=make(row), cursor=cursor(key)) for row, key in zip(page.rows, page.keys, strict=True)]
        info = PageInfo(
            has_next_page=page.more,
            has_previous_page=page.later,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return cls(edges=edges, page_info=info, counted=counted)
