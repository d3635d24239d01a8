"""What a composition reports: errors and hints, each with its code, its subgraphs and where they say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SubgraphSdl:
    """One subgraph as it is handed in: ``url`` may be empty, ``origins`` maps a schema coordinate to file:line."""

    name: str
    sdl: str
    url: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompositionError:
    """Why the subgraphs do not compose; ``coordinate`` is ``Type``, ``Type.field`` or None."""

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()
    coordinate: str | None = None


@dataclass(frozen=True, slots=True)
class CompositionHint:
    """Something that composes but is likely not meant."""

    code: str
    message: str
    coordinate: str | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """What ``compose`` returns: ``supergraph_sdl`` is None exactly when there are errors."""

    errors: tuple[CompositionError, ...]
    supergraph_sdl: str | None
    hints: tuple[CompositionHint, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors


class Report:
    """Collects errors and hints, each once, in the order they are found."""

    def __init__(self, sources: Sequence[SubgraphSdl]) -> None:
        self._origins = {source.name: source.origins for source in sources}
        self.errors: dict[CompositionError, None] = {}
        self.hints: dict[CompositionHint, None] = {}

    def error(self, code: str, message: str, *, subgraphs: Sequence[str] = (), coordinate: str | None = None) -> None:
        self.errors[CompositionError(code, message, tuple(subgraphs), coordinate)] = None

    def hint(self, code: str, message: str, coordinate: str | None = None) -> None:
        self.hints[CompositionHint(code, message, coordinate)] = None

    def where(self, subgraph: str, coordinate: str | None) -> str:
        """``agencies (plugins/agencies/types.py:12)``, or the name alone where no origin is known."""
        origin = self.origin(subgraph, coordinate)
        return f"{subgraph} ({origin})" if origin else subgraph

    def origin(self, subgraph: str, coordinate: str | None) -> str | None:
        """file:line of the coordinate, else of the type it belongs to."""
        origins = self._origins.get(subgraph, {})
        while coordinate:
            if coordinate in origins:
                return origins[coordinate]
            coordinate = parent(coordinate)
        return None


def parent(coordinate: str) -> str | None:
    """``User.name(limit:)`` -> ``User.name`` -> ``User`` -> None."""
    for mark in ("(", "."):
        if mark in coordinate:
            return coordinate[: coordinate.rindex(mark)]
    return None


def listing(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
