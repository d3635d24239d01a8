"""Operation + supergraph -> plan. Pure functions: nothing here does I/O.

``Supergraph.from_sdl`` reads a supergraph once; ``plan_operation`` plans a validated operation over it; ``explain`` and
``plan_as_json`` show the plan.
"""

from gateway.planner.access import Access
from gateway.planner.explain import explain, plan_as_json
from gateway.planner.plan import Plan
from gateway.planner.planning import plan_operation
from gateway.planner.supergraph import PlanLimitError, PlanningError, SubgraphInfo, Supergraph, SupergraphError

__all__ = [
    "Access",
    "Plan",
    "PlanLimitError",
    "PlanningError",
    "SubgraphInfo",
    "Supergraph",
    "SupergraphError",
    "explain",
    "plan_as_json",
    "plan_operation",
]
