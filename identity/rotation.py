"""Rotation of the encryption key: a new key first, all that is sealed sealed anew by it, the old key out.

Whatever stops it half-way, everything can be opened by the keys that are there then, and running it again goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import MetaData
from sqlmodel import Session

from identity.files import locked, replace
from identity.resealing import Keys, SealedTable, reseal_batch, sealed_tables
from identity.sealing import new_key

Changing = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends."""

_KEYS: Final = "encryption_keys"


@dataclass(frozen=True, slots=True)
class Resealed:
    """``changed``: rows sealed anew, by table."""

    changed: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.changed.values())

    def as_text(self) -> str:
        return "\n".join(f"{name}: {count} sealed anew" for name, count in self.changed.items())


def reseal_everything(changing: Changing, tables: Sequence[SealedTable], keys: Sequence[str]) -> Resealed:
    """Seal all rows of ``tables`` with the first of ``keys``, a transaction for each batch: others write in between.

    Raises:
        Unsealable: something stands under none of the keys.
    """
    renew = Keys(keys).renew
    return Resealed({where.name: _reseal(changing, where, renew) for where in tables})


def rotate_file(path: Path, changing: Changing, tables: Sequence[SealedTable], *, keep_old: bool = False) -> Resealed:
    """Rotate the key of a secrets file, such as development's.

    A file with two keys is of a rotation that was stopped: it goes on with the newest. The old key goes only when one
    more look, with nobody writing, has found nothing under it. A gateway that runs meanwhile still seals with the old
    key: then ``keep_old``, start the gateway anew, and rotate once more, which takes the old key out.

    Raises:
        Unsealable: something stands under none of the keys; they all stay.
    """
    with locked(path.with_name(f"{path.name}.lock")):
        kept: dict[str, Any] = orjson.loads(path.read_bytes())
        keys: list[str] = kept[_KEYS]
        if len(keys) == 1:
            keys = [new_key(), *keys]
            _write(path, kept, keys)
        done = reseal_everything(changing, tables, keys)
        if not keep_old:
            with changing() as session:
                late = reseal_everything(lambda: nullcontext(session), tables, keys)
            _write(path, kept, keys[:1])
            done = Resealed({name: count + late.changed[name] for name, count in done.changed.items()})
    return done


def all_sealed(metadatas: Sequence[MetaData]) -> list[SealedTable]:
    """The tables with sealed columns, of identity and of plugins. Raises: ValueError: see ``sealed_tables``."""
    return [table for metadata in metadatas for table in sealed_tables(metadata)]


def _reseal(changing: Changing, where: SealedTable, renew: Callable[[str], str]) -> int:
    done, last, is_first = 0, None, True
    while is_first or last is not None:
        with changing() as session:
            batch = reseal_batch(session, where, renew, last)
        done, last, is_first = done + batch.changed, batch.last, False
    return done


def _write(path: Path, kept: dict[str, Any], keys: Sequence[str]) -> None:
    replace(path, orjson.dumps({**kept, _KEYS: list(keys)}, option=orjson.OPT_INDENT_2))
