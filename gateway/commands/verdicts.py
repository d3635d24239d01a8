"""The command ``compose``: whether any subgraphs compose, and to what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.commands.errors import CommandError
from schema.compose import Composition, SubgraphSdl
from schema.compose import compose as compose_subgraphs


@dataclass(frozen=True, slots=True)
class ComposeResult:
    """A composition, for printing."""

    composition: Composition

    @property
    def ok(self) -> bool:
        return self.composition.ok

    def as_map(self) -> dict[str, Any]:
        errors = self.composition.errors
        return {
            "ok": self.ok,
            "codes": sorted({error.code for error in errors}),
            "errors": [{"code": error.code, "message": error.message} for error in errors],
            "supergraphSdl": self.composition.supergraph_sdl,
        }

    def as_text(self) -> str:
        if self.ok:
            return self.composition.supergraph_sdl or ""
        return "\n".join(f"{error.code}: {error.message}" for error in self.composition.errors)


def compose_file(path: Path) -> tuple[list[ComposeResult], bool]:
    """The results of each list of subgraphs in the file, and whether the file held one list only.

    Raises:
        CommandError: the file is not such JSON.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{path}: not JSON: {error}") from None
    if not isinstance(raw, list):
        raise CommandError(f"{path}: not a list of {{name, sdl}}, nor a list of such lists.")
    single = bool(raw) and isinstance(raw[0], dict) and "sdl" in raw[0]
    cases = [raw] if single else raw
    return [ComposeResult(compose_subgraphs(_subgraphs(path, case))) for case in cases], single


def _subgraphs(path: Path, case: Any) -> list[SubgraphSdl]:
    try:
        services = case["services"] if isinstance(case, dict) else case
        return [SubgraphSdl(name=s["name"], sdl=s["sdl"], url=s.get("url", "")) for s in services]
    except (TypeError, KeyError, AttributeError):
        raise CommandError(f"{path}: a subgraph is not an object with name and sdl.") from None
