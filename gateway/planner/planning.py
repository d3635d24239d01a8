"""From a validated operation to its plan: the way through this package."""

from __future__ import annotations

from threading import RLock

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode

from gateway.planner.build import Builder
from gateway.planner.defer import IN_FIRST, NOTHING_DEFERRED, Deferred, settle
from gateway.planner.fetches import FetchMaker
from gateway.planner.graph import PlanningGraph
from gateway.planner.normalize import WORK_MAX, Normalizer
from gateway.planner.plan import Fetch, OperationKind, Plan, PlanNode, Sequence, Subscribe
from gateway.planner.stages import stages
from gateway.planner.supergraph import PlanningError, Supergraph
from gateway.planner.wanted import Selection
from gateway.planner.whole import is_whole

NO_OVERRIDES: frozenset[str] = frozenset()
PLANNING = RLock()


def plan_operation(
    supergraph: Supergraph,
    document: DocumentNode,
    operation_name: str | None = None,
    *,
    overrides: frozenset[str] = NO_OVERRIDES,
    work_max: int = WORK_MAX,
    deferred: Deferred = NOTHING_DEFERRED,
) -> Plan:
    """Plan an operation that is valid against ``supergraph.public_schema``.

    ``overrides``: the labels of progressive overrides that are active. ``work_max``: see ``Normalizer``. ``deferred``:
    the ``@defer``s that hold; without them they count as not there.

    Raises:
        PlanLimitError: it is too much work.
        PlanningError: no such operation, or a field that no chain of subgraphs can reach.
    """
    operation = _operation(document, operation_name)
    fragments = {n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)}
    kind: OperationKind = operation.operation.value
    with PLANNING:
        graph = supergraph.graph(overrides)
        graph.trim()
        if kind not in graph.roots:
            raise PlanningError(f"The schema has no {kind} type.")
        normalizer = Normalizer(graph, fragments, work_max, deferred)
        place = normalizer.root(operation.selection_set, graph.roots[kind])
        builder = Builder(graph, kind, normalizer.sources, normalizer.count, deferring=bool(deferred))
        rest = builder.build(place.selection)
    if rest is not None:
        raise PlanningError(f"No subgraph can be reached that answers {_first(rest, graph)}.")
    chains = settle(builder.steps) if deferred else [IN_FIRST] * len(builder.steps)
    node, late, count = stages(FetchMaker(graph, operation), builder.steps, chains)
    if kind == "subscription" and node is not None:
        node = _subscribe(node)
    whole = not late and isinstance(node, Fetch) and is_whole(builder.steps[0], place.projection)
    labels = {defer.name: defer.label for defer in deferred.values()}
    return Plan(kind, node, place.projection, whole, count, late, labels)


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        if len(operations) != 1:
            raise PlanningError(f"The document has {len(operations)} operations: name the one to plan.")
        return operations[0]
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    raise PlanningError(f"The document has no operation {name!r}.")


def _subscribe(node: PlanNode) -> PlanNode:
    if isinstance(node, Fetch):
        return Subscribe(node, None)
    assert isinstance(node, Sequence), "the events come first"
    assert isinstance(node.nodes[0], Fetch), "of one subgraph"
    rest = node.nodes[1:]
    return Subscribe(node.nodes[0], rest[0] if len(rest) == 1 else Sequence(rest))


def _first(rest: Selection, graph: PlanningGraph) -> str:
    """The coordinate of the first leaf of what is left."""
    item = rest.items[0]
    while item.children is not None and item.children.items:
        item = item.children.items[0]
    return f"{min(item.types)}.{item.name}"
