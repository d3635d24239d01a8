"""What the plan of the benchmark query costs: the first time, and every time after."""

from __future__ import annotations

import statistics
import time

from bench.remote_subgraphs import QUERY
from gateway.execution.engine import Engine
from gateway.guard.guard import Guard
from gateway.host.standalone import LIMITS
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest
from gateway.subgraphs.absent import AbsentSubgraph

COLD_ROUNDS, LOOKUPS = 7, 2_000


def plan_times(sdl: str) -> tuple[float, float]:
    """Milliseconds of parsing, validating and planning over a new supergraph; microseconds of finding the plan again.

    CPU time, medians.
    """
    cold: list[float] = []
    warm: list[float] = []
    request = GraphQLRequest(QUERY)
    for _ in range(COLD_ROUNDS):
        supergraph = Supergraph.from_sdl(sdl)
        engine = Engine(supergraph, {name: AbsentSubgraph(name) for name in supergraph.subgraphs}, check=Guard(LIMITS))
        began = time.process_time()
        engine.prepare(request)
        cold.append((time.process_time() - began) * 1e3)
        # A request of its own each time, as they come: its text is equal and not the same.
        requests = [GraphQLRequest(f"{QUERY} "[:-1]) for _ in range(LOOKUPS)]
        began = time.process_time()
        for each in requests:
            engine.prepare(each)
        warm.append((time.process_time() - began) * 1e6 / LOOKUPS)
    return statistics.median(cold), statistics.median(warm)
