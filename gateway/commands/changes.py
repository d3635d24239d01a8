"""The command ``schema diff``: what changed between two schemas, or since one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import GraphQLError, build_schema

from gateway.commands import composing
from gateway.commands.errors import CommandError
from gateway.planner.supergraph import Supergraph, SupergraphError
from schema.changes import Change, Level, Side, compare_schemas
from schema.contracts.reading import NotASupergraph, read_supergraph


@dataclass(frozen=True, slots=True)
class ChangesReport:
    """The changes, for printing. ``public_only``: one side is no supergraph, so nothing is known of access and keys."""

    changes: list[Change]
    public_only: bool = False

    @property
    def breaking(self) -> bool:
        return any(change.level is Level.BREAKING for change in self.changes)

    @property
    def counts(self) -> dict[str, int]:
        counts = Counter(change.level for change in self.changes)
        return {level.value: counts[level] for level in Level}

    def as_map(self) -> dict[str, Any]:
        return {
            "breaking": self.breaking,
            "publicOnly": self.public_only,
            "counts": self.counts,
            "changes": [change.as_map() for change in self.changes],
        }

    def as_text(self) -> str:
        """A line for each change, and one that counts them."""
        lines = [f"{change.level:9}  {change.where}  {_line(change.message)}" for change in self.changes]
        counted = ", ".join(f"{count} {level}" for level, count in self.counts.items())
        last = counted if lines else "no changes"
        if self.public_only:
            last += " (of the public schema: access, keys and subgraphs are compared between two supergraphs)"
        return "\n".join([*lines, last])


def compare(old: Path, new: Path | None, config: Path | None) -> ChangesReport:
    """Raises: CommandError: one of the two is neither a public schema nor a supergraph."""
    before = _side_of(old)
    after = _side(composing.supergraph_sdl(config), "the city's graph") if new is None else _side_of(new)
    return ChangesReport(compare_schemas(before, after), before.supergraph is None or after.supergraph is None)


def _side_of(path: Path) -> Side:
    return _side(path.read_text(encoding="utf-8"), str(path))


def _side(sdl: str, name: str) -> Side:
    try:
        if "enum join__Graph" in sdl:
            return Side(Supergraph.from_sdl(sdl).public_schema, read_supergraph(sdl))
        return Side(build_schema(sdl))
    except (GraphQLError, TypeError, NotASupergraph, SupergraphError) as error:
        raise CommandError(f"{name} is neither a public schema nor a supergraph: {_line(str(error))}") from None


def _line(text: str) -> str:
    return " ".join(text.split())
