"""The fetches of a plan, and the audit's folders."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.planner.plan import Condition, Fetch, Parallel, PlanNode, Sequence, Subscribe

SHARED = Path(os.environ.get("CONGDANSO_SHARED", Path(__file__).parents[3] / "shared"))
AUDIT = SHARED / "federation" / "audit"
SUITES = sorted(folder.name for folder in AUDIT.iterdir()) if AUDIT.is_dir() else []


def fetches(node: PlanNode | None) -> Iterator[Fetch]:
    """Every fetch of a plan, in its order."""
    if node is None:
        return
    if isinstance(node, Fetch):
        yield node
    elif isinstance(node, (Sequence, Parallel)):
        for one in node.nodes:
            yield from fetches(one)
    elif isinstance(node, Condition):
        yield from fetches(node.then)
        yield from fetches(node.otherwise)
    else:
        assert isinstance(node, Subscribe)
        yield node.primary
        yield from fetches(node.rest)


def audit_file(suite: str, name: str) -> Any:
    """A file of an audit suite: JSON decoded, SDL as text."""
    text = (AUDIT / suite / name).read_text()
    return json.loads(text) if name.endswith(".json") else text


def count_foreign(node: Any) -> int:
    """How many requests a plan of another planner makes."""
    if node is None:
        return 0
    kind = node["kind"]
    if kind in ("Fetch", "BatchFetch"):
        return 1
    if kind in ("Sequence", "Parallel"):
        return sum(count_foreign(one) for one in node["nodes"])
    if kind == "Flatten":
        return count_foreign(node["node"])
    assert kind == "Condition", kind
    return count_foreign(node.get("ifClause")) + count_foreign(node.get("elseClause"))
