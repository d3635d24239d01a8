"""The gateways that nobody here wrote: each loads supergraphs as they are and answers requests over them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.server.node import run_client

PACKAGES = {"apollo": "@apollo/gateway", "hive": "@graphql-hive/gateway-runtime"}


@dataclass(frozen=True)
class Job:
    """A supergraph and what is asked over it, one after another.

    A request has ``query`` and, if wanted, ``variables`` and ``authorization``, the header that goes to the subgraphs.
    """

    supergraph: str
    requests: Sequence[dict[str, Any]]


def run(peer: str, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """For each job ``{"answers": [...]}``, the response maps; or ``{"refused": why}`` where it is not loaded."""
    stdin = json.dumps([{"supergraph": job.supergraph, "requests": job.requests} for job in jobs])
    script = Path(__file__).with_name(f"{peer}.cjs")
    told: list[dict[str, Any]] = run_client(script, PACKAGES[peer], stdin=stdin, timeout_s=110)
    return told


def answers_of(peer: str, job: Job) -> list[dict[str, Any]]:
    (told,) = run(peer, [job])
    assert "refused" not in told, told["refused"]
    answers: list[dict[str, Any]] = told["answers"]
    return answers


def told_errors(answer: dict[str, Any], peer: str) -> list[tuple[str, str, list[Any]]]:
    """Message, code and path of each error, for a comparison with ``peer``; their order is free.

    Hive's gateway leaves list indices out of the path of an error that a fetch of entities brings, so there paths are
    without numbers.
    """
    return sorted(
        (e["message"], e["extensions"]["code"], [step for step in e["path"] if peer != "hive" or isinstance(step, str)])
        for e in answer.get("errors") or []
    )
