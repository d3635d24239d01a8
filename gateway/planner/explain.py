"""A plan as text to read, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.planner.arrange import Arranged, arrange
from gateway.planner.plan import (
    Chains,
    Condition,
    EntityCall,
    Fetch,
    Key,
    LateFetch,
    Parallel,
    Plan,
    PlanNode,
    Representation,
    RepresentationField,
    Sequence,
    Step,
    Subscribe,
)

INDENT = "  "


def explain(plan: Plan) -> str:
    """The plan as indented text; an entity call shows its path and, in brackets, what is sent."""
    lines = [*([] if plan.node is None else _lines(plan.node)), *_late_lines(plan)]
    return "\n".join(["QueryPlan {", *_indented(lines), "}"]) if lines else "QueryPlan {}"


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain values."""
    return {
        "kind": "QueryPlan",
        "operation": plan.kind,
        "whole": plan.whole,
        "fetches": plan.fetch_count,
        "node": None if plan.node is None else _json(plan.node),
        **({"late": [_late_json(plan, late) for late in plan.late]} if plan.late else {}),
    }


def _late_json(plan: Plan, late: LateFetch) -> dict[str, Any]:
    return {
        "for": _names(plan, late.chains),
        "after": list(late.after),
        "when": [{"variable": one.variable, "is": one.expected} for one in late.when],
        "node": _json(late.fetch),
    }


def _late_lines(plan: Plan) -> list[str]:
    """What is fetched for deferred fragments alone, for each set of them."""
    by_chains: dict[Chains, list[Arranged]] = {}
    for late in plan.late:
        when = frozenset((one.variable, one.expected) for one in late.when)
        by_chains.setdefault(late.chains, []).append(Arranged(late.fetch, frozenset(late.after), when))
    return [
        line
        for chains, fetches in by_chains.items()
        if (node := _arranged(fetches)) is not None
        for line in _block(f"Defer({_names(plan, chains)})", _lines(node))
    ]


def _arranged(fetches: list[Arranged]) -> PlanNode | None:
    """The fetches in order; those before them that are for others are left out."""
    places = {one.fetch.id: index for index, one in enumerate(fetches)}
    return arrange(
        [
            Arranged(one.fetch, frozenset(places[number] for number in one.before if number in places), one.when)
            for one in fetches
        ]
    )


def _names(plan: Plan, chains: Chains) -> str:
    """The labels of the fragments and of those around them; one without a label goes by its number."""
    known = {name: name if label is None else f'"{label}"' for name, label in plan.labels.items()}
    return ", ".join(sorted(" in ".join(known[name] for name in sorted(chain, reverse=True)) for chain in chains))


def _indented(lines: Iterable[str]) -> list[str]:
    return [INDENT + line for line in lines]


def _lines(node: PlanNode) -> list[str]:
    if isinstance(node, Fetch):
        return _fetch_lines(node)
    if isinstance(node, (Sequence, Parallel)):
        return _block(type(node).__name__, [line for one in node.nodes for line in _lines(one)])
    if isinstance(node, Condition):
        found: list[str] = []
        if node.then is not None:
            found += _block(f"Include(if: ${node.variable})", _lines(node.then))
        if node.otherwise is not None:
            found += _block(f"Skip(if: ${node.variable})", _lines(node.otherwise))
        return found
    assert isinstance(node, Subscribe)
    rest = [] if node.rest is None else _block("Rest", _lines(node.rest))
    return _block("Subscribe", _block("Primary", _lines(node.primary)) + rest)


def _block(title: str, lines: Iterable[str]) -> list[str]:
    return [title + " {", *_indented(lines), "}"]


def _fetch_lines(fetch: Fetch) -> list[str]:
    lines = [call_line for call in fetch.calls for call_line in _call_lines(call)]
    if fetch.path:
        lines.append(f"at {path_text(fetch.path)}")
    return _block(f'Fetch(service: "{fetch.subgraph}")', [*lines, fetch.text])


def _call_lines(call: EntityCall) -> list[str]:
    title = f"Flatten(path: {path_text(call.path)!r})".replace("'", '"')
    name = "" if call.alias == "_entities" else f"{call.alias} "
    return [f"{name}{title} [{', '.join(_sent(one) for one in call.representations)}]"]


def _sent(one: Representation) -> str:
    on = "" if not one.on_types else "|".join(sorted(one.on_types)) + " as "
    return f"{on}{one.typename or 'itself'}{{{_fields_text(one.fields)}}}"


def _fields_text(fields: Iterable[RepresentationField]) -> str:
    found = []
    for field in fields:
        text = field.name if field.name == field.source else f"{field.name}:{field.source}"
        if field.fields:
            text += "{" + _fields_text(field.fields) + "}"
        if field.on_types:
            text = f"...on {'|'.join(sorted(field.on_types))}{{{text}}}"
        found.append(text)
    return " ".join(found)


def path_text(path: Iterable[Step]) -> str:
    """A path as ``a.b|Book|Song.c``."""
    text = ""
    for step in path:
        if isinstance(step, Key):
            text += ("." if text else "") + step.source
        else:
            text += "|" + "|".join(sorted(step.names)) + "|"
    return text


def _json(node: PlanNode) -> dict[str, Any]:
    kind = type(node).__name__
    if isinstance(node, Fetch):
        return {
            "kind": kind,
            "id": node.id,
            "subgraph": node.subgraph,
            "operationKind": node.kind,
            "operation": node.text,
            "variables": list(node.variables),
            "calls": [_call_json(call) for call in node.calls],
            "path": path_text(node.path),
        }
    if isinstance(node, (Sequence, Parallel)):
        return {"kind": kind, "nodes": [_json(one) for one in node.nodes]}
    if isinstance(node, Condition):
        return {
            "kind": kind,
            "variable": node.variable,
            "then": None if node.then is None else _json(node.then),
            "otherwise": None if node.otherwise is None else _json(node.otherwise),
        }
    rest = None if node.rest is None else _json(node.rest)
    return {"kind": kind, "primary": _json(node.primary), "rest": rest}


def _call_json(call: EntityCall) -> dict[str, Any]:
    return {
        "alias": call.alias,
        "variable": call.variable,
        "path": path_text(call.path),
        "representations": [_sent(one) for one in call.representations],
    }
