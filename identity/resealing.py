"""Resealing: what is stored sealed, found by its columns, and sealed anew with the newest key.

A column that holds sealed text says so itself, in any table of identity or of a plugin::

    phone: str = Field(default="", sa_column_kwargs=SEALED)

so that the rotation of the key finds it. "" stands for nothing, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, MetaData, String, Table, select, update
from sqlmodel import Session
from sqlmodel.sql.sqltypes import AutoString

from identity.sealing import Sealer, Unsealable

SEALED: Final[Mapping[str, Any]] = {"info": {"sealed": True}}
BATCH: Final = 500
_BEGINNING: Final = "gAAAAA"
"""Of every sealed text until the year 2106: Fernet's version, and a time of 64 bits."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """``key``: its primary key, of one column. ``columns``: those that hold sealed text."""

    table: Table
    key: Column[Any]
    columns: tuple[Column[Any], ...]

    @property
    def name(self) -> str:
        return self.table.name


@dataclass(frozen=True, slots=True)
class Batch:
    """``last``: the key to go on after, None when the table is through. ``changed``: rows that were sealed anew."""

    last: Any
    changed: int


class Keys:
    """The keys of a rotation, the newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._all = Sealer(keys)
        self._newest = Sealer(keys[:1])

    def renew(self, text: str) -> str:
        """The text under the newest key; as it is when it stands under that one already. Raises: Unsealable."""
        try:
            self._newest.open(text)
        except Unsealable:
            return self._all.reseal(text)
        return text


def sealed_tables(metadata: MetaData) -> list[SealedTable]:
    """The tables that have sealed columns.

    Raises:
        ValueError: one has a primary key of several columns: it cannot be gone through in batches.
    """
    found: list[SealedTable] = []
    for table in metadata.sorted_tables:
        columns = tuple(column for column in table.columns if column.info.get("sealed"))
        if not columns:
            continue
        keys = list(table.primary_key.columns)
        if len(keys) != 1:
            raise ValueError(f"{table.name} has sealed columns and a primary key of {len(keys)} columns: give it one.")
        found.append(SealedTable(table, keys[0], columns))
    return found


def unsaid_columns(session: Session, metadata: MetaData) -> list[str]:
    """Columns that hold sealed text and do not say so, as ``table.column``: a rotation would leave them behind."""
    found: list[str] = []
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | AutoString) and not column.info.get("sealed"):
                looks_sealed = select(column).where(column.like(f"{_BEGINNING}%")).limit(1)
                if session.execute(looks_sealed).first() is not None:
                    found.append(f"{table.name}.{column.name}")
    return found


def reseal_batch(
    session: Session, where: SealedTable, renew: Callable[[str], str], after: Any = None, most: int = BATCH
) -> Batch:
    """Seal up to ``most`` rows anew by ``renew``, in the order of their keys, from after ``after`` on.

    Each batch may be a transaction of its own: whoever is killed between two begins again from the first, and finds
    what was done to be done.

    Raises:
        Unsealable: something stands under a key that is not there. The message names the table, not what it holds.
    """
    rows = select(where.key, *where.columns).order_by(where.key).limit(most)
    if after is not None:
        rows = rows.where(where.key > after)
    read = session.execute(rows).all()
    changed = 0
    for key, *texts in read:
        renewed = [_renewed(where, renew, text) for text in texts]
        if renewed != texts:
            values = {column.name: text for column, text in zip(where.columns, renewed, strict=True)}
            session.execute(update(where.table).where(where.key == key).values(values))
            changed += 1
    return Batch(read[-1][0] if len(read) == most else None, changed)


def _renewed(where: SealedTable, renew: Callable[[str], str], text: str | None) -> str | None:
    if not text:
        return text
    try:
        return renew(text)
    except Unsealable:
        raise Unsealable(f"{where.name} holds what none of the encryption keys opens.") from None
