"""Reads table.toml: who may ask for which field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from identity.actor import Actor
from identity.roles import ROLES

PLACE = "tests/authorisation/table.toml"
Outcome = Literal["allowed", "denied", "level too low", "refused by the rule", "not answered"]


@dataclass(frozen=True)
class Row:
    """``who``: ``anyone``, ``signed-in``, or roles. ``level``: of the e-ID, that the rule asks for.

    ``in_person``: the rule refuses a helper. ``given``: arguments to ask with besides the least, literals by path.
    """

    who: str | frozenset[str]
    level: int = 0
    in_person: bool = False
    given: Mapping[str, str] = field(default_factory=dict)

    def expected(self, actor: Actor) -> Outcome:
        """What the actor is to meet."""
        if self.who == "signed-in":
            passes = actor.is_authenticated
        else:
            passes = self.who == "anyone" or bool(actor.roles & frozenset(self.who))
        if not passes:
            return "denied"
        if self.in_person and actor.delegate:
            return "refused by the rule"
        return "level too low" if actor.level < self.level else "allowed"


def read_table(text: str) -> dict[str, Row]:
    """Coordinate -> row.

    Raises:
        ValueError: a row says something that no row can.
    """
    return {name: _row(name, said) for name, said in tomllib.loads(text).items()}


def the_table() -> dict[str, Row]:
    return read_table(Path(__file__).with_name("table.toml").read_text(encoding="utf-8"))


def _row(name: str, said: Any) -> Row:
    if not isinstance(said, dict):
        return Row(_who(name, said))
    if not {"who"} <= set(said) <= {"who", "level", "in_person", "given"}:
        raise ValueError(f"{name} in {PLACE}: a row has who, and may have level, in_person and given.")
    return Row(_who(name, said["who"]), said.get("level", 0), said.get("in_person", False), said.get("given", {}))


def _who(name: str, said: Any) -> str | frozenset[str]:
    if said in ("anyone", "signed-in"):
        return str(said)
    if isinstance(said, list) and said and ROLES.issuperset(said):
        return frozenset(said)
    raise ValueError(f'{name} in {PLACE} is "anyone", "signed-in" or a list of {", ".join(sorted(ROLES))}: {said!r}.')


def unlike(table: Iterable[str], schema: frozenset[str], place: str, example: str) -> list[str]:
    """What is to be done for the rows and the schema to be about the same: a line for each difference."""
    rows = frozenset(table)
    add = [f"{name} has no row in {place}: add a line such as {example.format(name)}" for name in schema - rows]
    drop = [f"{name} has a row in {place} and is no longer in the schema: take it out" for name in rows - schema]
    return sorted(add) + sorted(drop)
