"""Joining: the plugins' subgraphs composed into one supergraph, without those that keep it from composing.

The SDL of a plugin that is out is taken from the last one known (``schema/subgraphs/<name>.graphql``), so that
clients' operations stay valid and its fields answer null with an error.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from schema.compose import Composition, SubgraphSdl, compose


@dataclass(frozen=True, slots=True)
class Joined:
    """``supergraph_sdl``: None when nothing composes at all. ``live``: names of the subgraphs that are asked.
    ``absent``: names of those that stand in the graph by their last known SDL. ``refused``: name -> why.
    """

    supergraph_sdl: str | None
    live: tuple[str, ...]
    absent: tuple[str, ...]
    refused: Mapping[str, str]


def join(live: Sequence[SubgraphSdl], known: Mapping[str, SubgraphSdl], *, required: Collection[str] = ()) -> Joined:
    """Compose ``live`` (in the order of plugins.toml) and, for every other plugin, what is ``known`` of it.

    Of two plugins that clash the later one is left out, unless it alone is required.
    """
    refused: dict[str, str] = {}
    kept = list(live)
    composition = compose(kept)
    if not composition.ok:
        kept, refused = _largest(sorted(live, key=lambda s: s.name not in required), composition)
        order = [s.name for s in live]
        kept.sort(key=lambda s: order.index(s.name))
        composition = compose(kept)
    absent: list[SubgraphSdl] = []
    for name, subgraph in known.items():
        if name in {s.name for s in kept}:
            continue
        tried = compose([*kept, *absent, subgraph])
        if tried.ok:
            absent.append(subgraph)
            composition = tried
    return Joined(
        composition.supergraph_sdl,
        tuple(s.name for s in kept),
        tuple(s.name for s in absent),
        refused,
    )


def _largest(candidates: Sequence[SubgraphSdl], whole: Composition) -> tuple[list[SubgraphSdl], dict[str, str]]:
    """As many as compose together, taken one by one until no further one can be added; and why the others cannot."""
    kept: list[SubgraphSdl] = []
    waiting = list(candidates)
    why: dict[str, str] = {}
    while waiting:
        added = []
        for subgraph in waiting:
            tried = compose([*kept, subgraph])
            if tried.ok:
                kept.append(subgraph)
                added.append(subgraph)
            else:
                why[subgraph.name] = _reason(subgraph.name, tried)
        if not added:
            break
        waiting = [s for s in waiting if s not in added]
    return kept, {s.name: why[s.name] for s in waiting}


def _reason(name: str, composition: Composition) -> str:
    """The first error that names the plugin, else the first."""
    errors = sorted(composition.errors, key=lambda error: name not in error.subgraphs)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0].code}: {errors[0].message}{more}"
