"""Commands about the city's graph: check, sdl, supergraph, explain."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphql import print_schema

from gateway.commands.errors import CommandError
from gateway.data.database import Database
from gateway.execution.engine import Engine
from gateway.execution.errors import RequestError
from gateway.host.assembly import Assembly, assemble_file, snapshot_file
from gateway.host.standalone import PLAN_WORK
from gateway.host.stocking import migrate_all
from gateway.planner import plan_as_json
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest
from gateway.subgraphs.absent import AbsentSubgraph


@dataclass(frozen=True, slots=True)
class CheckReport:
    """``states``: name -> state and reason. ``faults``: the names of those that are out and were not switched off."""

    states: Mapping[str, Mapping[str, str]]
    faults: tuple[str, ...]
    advice: tuple[str, ...]

    def as_map(self) -> dict[str, Any]:
        return {"plugins": self.states, "advice": list(self.advice)}

    def as_text(self) -> str:
        lines = [f"{state['state']:4} {name}  {state['reason']}".rstrip() for name, state in self.states.items()]
        return "\n".join([*lines, *(f"advice: {line}" for line in self.advice)])


def check(config: Path | None) -> CheckReport:
    """Load, compose and migrate, on an empty database that is thrown away."""
    assembly = assemble_file(config)
    with TemporaryDirectory(prefix="congdanso-check-") as folder:
        database = Database(f"sqlite:///{folder}/check.db")
        migrate_all(assembly, database)
        database.close()
    faults = tuple(name for name in assembly.out if assembly.manifest.plugins[name].enabled)
    return CheckReport(assembly.states(), faults, tuple(assembly.advice))


def composed(config: Path | None) -> tuple[Assembly, str]:
    """The city's assembly, and its supergraph.

    Raises:
        CommandError: nothing composes.
    """
    assembly = assemble_file(config)
    sdl = assembly.joined.supergraph_sdl
    if sdl is None:
        raise CommandError("no plugin has a part of the graph that composes: run congdanso check.")
    return assembly, sdl


def supergraph_sdl(config: Path | None) -> str:
    """Raises: CommandError: nothing composes."""
    return composed(config)[1]


def public_sdl(config: Path | None) -> str:
    return print_schema(Supergraph.from_sdl(supergraph_sdl(config)).public_schema)


def subgraph_sdl(config: Path | None, plugin: str) -> str:
    assembly = assemble_file(config)
    if plugin not in assembly.sdls:
        why = assembly.out.get(plugin, "it has no subgraph" if plugin in assembly.plugins else "plugins.toml lacks it")
        raise CommandError(f"no SDL of {plugin}: {why}")
    return assembly.sdls[plugin].sdl


def write_snapshots(config: Path | None) -> list[Path]:
    """Write the supergraph, the public schema and each subgraph's SDL under ``schema/``, to be committed.

    Raises:
        CommandError: a plugin is out: its snapshot would be lost.
    """
    assembly = assemble_file(config)
    if assembly.out:
        raise CommandError(f"out: {', '.join(assembly.out)}. Bring them in first, so that the snapshots are whole.")
    sdl = assembly.joined.supergraph_sdl or ""
    folder = assembly.manifest.folder / "schema"
    files = {
        folder / "supergraph.graphql": sdl,
        folder / "city.graphql": print_schema(Supergraph.from_sdl(sdl).public_schema),
        **{snapshot_file(assembly.manifest, name): subgraph.sdl for name, subgraph in assembly.sdls.items()},
    }
    for gone in set((folder / "subgraphs").glob("*.graphql")) - set(files):
        gone.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.rstrip() + "\n", encoding="utf-8")
    return list(files)


def explain(query: str, config: Path | None, supergraph: Path | None, *, as_json: bool, as_code: bool) -> str:
    """The plan; ``as_code``: the Python that makes the client's data of the fetched, every condition being false.

    Raises: CommandError: the operation is not valid.
    """
    sdl = supergraph.read_text(encoding="utf-8") if supergraph else supergraph_sdl(config)
    planned = Supergraph.from_sdl(sdl)
    engine = Engine(planned, {name: AbsentSubgraph(name) for name in planned.subgraphs}, plan_work=PLAN_WORK)
    text = _query_text(query)
    try:
        if as_code:
            return engine.prepare(GraphQLRequest(text)).program.projector({}).code
        if as_json:
            return json.dumps(plan_as_json(engine.plan(text)), ensure_ascii=False, indent=2)
        return engine.explain(text)
    except RequestError as error:
        raise CommandError("; ".join(e["message"] for e in error.response().errors)) from None


def _query_text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    if "{" not in query and Path(query).is_file():
        return Path(query).read_text(encoding="utf-8")
    return query
