"""A union of which the second subgraph knows one member."""

from __future__ import annotations

from tests.federation.memory import Behaviour


def subgraphs() -> dict[str, Behaviour]:
    actions = [
        {"__typename": "Alpha", "id": "alpha-1", "value": "alpha value"},
        {"__typename": "Beta", "id": "beta-1", "name": "beta name", "details": "beta details"},
        {"__typename": "Gamma", "id": "gamma-1", "label": "gamma label"},
    ]
    return {
        "a": Behaviour(query={"getResponse": {"actions": actions, "message": "Hello, Federation!"}}),
        "b": Behaviour(),
    }
