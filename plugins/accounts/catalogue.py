"""What is data: the purposes that need consent, and the scopes that may be delegated."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FOLDER = Path(__file__).parent / "data"


class Purpose(BaseModel):
    """What consent is asked for. ``version``: of its text; ``key``: fixed, for programs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[A-Z][A-Z_]+$")
    version: int = Field(ge=1)
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str


class Delegable(BaseModel):
    """A scope that a person may give a helper."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    vi: str
    en: str


@cache
def purposes() -> Mapping[str, Purpose]:
    """Key -> purpose, as it reads now."""
    read = TypeAdapter(list[Purpose]).validate_python(_read("consents.toml")["purpose"])
    return {purpose.key: purpose for purpose in read}


@cache
def delegable() -> Mapping[str, Delegable]:
    """Scope -> what it is called."""
    return {each.key: each for each in TypeAdapter(list[Delegable]).validate_python(_read("delegable.toml")["scope"])}


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
