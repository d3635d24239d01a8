"""A plan as text to read, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.planner.plan import (
    Condition,
    EntityCall,
    Fetch,
    Key,
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
    if plan.node is None:
        return "QueryPlan {}"
    return "\n".join(["QueryPlan {", *_indented(_lines(plan.node)), "}"])


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain values."""
    return {
        "kind": "QueryPlan",
        "operation": plan.kind,
        "whole": plan.whole,
        "fetches": plan.fetch_count,
        "node": None if plan.node is None else _json(plan.node),
    }


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
