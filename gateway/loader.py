"""Loaders: what many fields of one operation ask for one by one, read from the database at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from aiodataloader import DataLoader
from sqlmodel import Session

if TYPE_CHECKING:
    from gateway.context import Context

K = TypeVar("K")
V = TypeVar("V")

BATCH_MOST = 500
"""Below the number of variables that any database takes in one statement."""


class Loader(DataLoader[K, V | None], Generic[K, V]):
    """Subclass it with a ``rows`` rule; ask it by ``info.context.load(ReportById, id)``.

    One instance serves one operation (one event, in a subscription): nothing is remembered longer.
    """

    max_batch_size: ClassVar[int] = BATCH_MOST  # type: ignore[misc]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    @staticmethod
    def rows(session: Session, keys: Sequence[K]) -> Mapping[K, V]:
        """What is found for ``keys``; a missing one loads as None."""
        raise NotImplementedError

    async def batch_load_fn(self, keys: list[K]) -> list[V | None]:
        found = await self._context.read(self.rows, keys)
        return [found.get(key) for key in keys]
