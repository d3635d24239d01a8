"""The levels of the electronic identity and what each opens, read from data/levels.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

FILE = Path(__file__).parent / "data" / "levels.toml"


class Opening(BaseModel):
    """Something that a level opens. ``key``: fixed, for programs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    vi: str
    en: str


class Level(BaseModel):
    """``opens``: what this level opens that the one below does not. ``how_*``: how a person gets it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: int
    name_vi: str
    name_en: str
    how_vi: str
    how_en: str
    opens: tuple[Opening, ...]


@cache
def levels() -> Sequence[Level]:
    """All levels, the lowest first."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return sorted(TypeAdapter(list[Level]).validate_python(raw["level"]), key=lambda level: level.level)


def opened_at(level: int) -> list[Opening]:
    """All that is open to somebody of this level: what it opens and what the lower ones do."""
    return [opening for each in levels() if each.level <= level for opening in each.opens]
