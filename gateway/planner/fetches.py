"""Steps become fetches: representations, paths, the text and the conditions."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import OperationDefinitionNode, VariableDefinitionNode, parse, print_ast

from gateway.planner.conditions import Conjunction, common
from gateway.planner.fragments import join
from gateway.planner.graph import PlanningGraph
from gateway.planner.plan import EntityCall, Fetch, Representation
from gateway.planner.printing import ENTITY, Printer
from gateway.planner.schedule import all_before
from gateway.planner.steps import Place, Sent, Step
from gateway.planner.values import value_text


class FetchMaker:
    """Makes the fetches of one operation. ``settle`` has to run over all steps before the first text is written."""

    def __init__(self, graph: PlanningGraph, operation: OperationDefinitionNode) -> None:
        self.graph = graph
        self.kind = operation.operation.value
        self.definitions = {d.variable.name.value: _definition(d) for d in operation.variable_definitions or ()}
        self.represented: dict[int, tuple[Representation, ...]] = {}

    def settle(self, steps: Sequence[Step]) -> None:
        """Decide the representations, and select ``__typename`` where objects must be told apart."""
        before = [step.deps for step in steps]
        for step in steps:
            if step.entity:
                found = _representations(step, told=bool(all_before(before, step.number) & step.place.tellers))
                self.represented[step.number] = found
                if any(one.on_types or one.typename is None for one in found):
                    _tell_types(step.place, step)
            for place in step.place.chain():
                if place.narrows() and place.parent is not None:
                    _tell_types(place.parent, step)

    def fetch(self, number: int, steps: Sequence[Step]) -> tuple[Fetch, Conjunction]:
        """One request for some steps, and the condition under which it is made at all."""
        printer = Printer(self.graph, steps[0].graph)
        around = frozenset.intersection(*(common(step.when) for step in steps))
        if steps[0].entity:
            fetch = self._entities(number, steps, printer, around)
        else:
            fetch = self._root(number, steps[0], printer, around)
        return fetch, around

    def _root(self, number: int, step: Step, printer: Printer, around: Conjunction) -> Fetch:
        root_type = self.graph.roots[step.kind]
        body = "{" + printer.body(step.root(), root_type, around) + "}"
        variables = self._variables(printer)
        text = self._head(step.kind, [self.definitions[name] for name in variables]) + body
        return self._made(number, step, step.kind, printer.fragments.finished(text), variables, (), step.place.path())

    def _entities(self, number: int, steps: Sequence[Step], printer: Printer, around: Conjunction) -> Fetch:
        calls: list[EntityCall] = []
        bodies: list[str] = []
        for index, step in enumerate(steps):
            alias = "_entities" if len(steps) == 1 else f"_e{index}"
            variable = self._free("representations" if len(steps) == 1 else f"_r{index}")
            calls.append(EntityCall(alias, variable, step.place.path(), self.represented[step.number]))
            name = alias if alias == "_entities" else f"{alias}:_entities"
            bodies.append(f"{name}(representations:${variable}){self._entity_body(step, printer, around)}")
        variables = self._variables(printer)
        defined = [f"${call.variable}:[_Any!]!" for call in calls] + [self.definitions[name] for name in variables]
        text = self._head("query", defined) + "{" + join(bodies) + "}"
        return self._made(number, steps[0], "query", printer.fragments.finished(text), variables, tuple(calls), ())

    def _entity_body(self, step: Step, printer: Printer, around: Conjunction) -> str:
        parts = []
        for interface, node in step.roots.items():
            if interface:
                parts.append(f"...on {interface}{{{printer.body(node, interface, around)}}}")
            else:
                parts.append(printer.body(node, ENTITY, around))
        return printer.fragments.hold(ENTITY, join(parts))

    def _made(
        self,
        number: int,
        step: Step,
        kind: str,
        text: str,
        variables: tuple[str, ...],
        calls: tuple[EntityCall, ...],
        path: tuple[object, ...],
    ) -> Fetch:
        return Fetch(
            id=number,
            subgraph=self.graph.supergraph.names[step.graph],
            kind=kind,  # type: ignore[arg-type]
            text=text,
            document=parse(text, no_location=True),
            variables=variables,
            calls=calls,
            path=path,  # type: ignore[arg-type]
        )

    def _variables(self, printer: Printer) -> tuple[str, ...]:
        return tuple(name for name in self.definitions if name in printer.variables)

    def _head(self, kind: str, defined: Sequence[str]) -> str:
        if not defined:
            return "" if kind == "query" else kind
        return f"{kind}({','.join(defined)})"

    def _free(self, name: str) -> str:
        while name in self.definitions:
            name = "_" + name
        return name


def _definition(node: VariableDefinitionNode) -> str:
    text = f"${node.variable.name.value}:{print_ast(node.type)}"
    if node.default_value is not None:
        text += "=" + value_text(node.default_value, set())
    return text


def _representations(step: Step, *, told: bool) -> tuple[Representation, ...]:
    """One representation for all types that are sent alike; without ``on_types`` where that is every object."""
    groups: dict[tuple[object, ...], tuple[Sent, set[str]]] = {}
    for concrete, sent in sorted(step.sent.items()):
        fields = tuple(sorted(sent.fields, key=lambda field: field.name))
        key = (sent.entity, fields, sent.mandatory)
        groups.setdefault(key, (Sent(sent.entity, fields, sent.mandatory), set()))[1].add(concrete)
    place = step.place
    found = []
    for sent, types in groups.values():
        blind = place.unknown and not told
        every = len(groups) == 1 and (types >= place.types or blind) and (sent.entity is not None or not place.unknown)
        # Under its own name goes only what is known by it: what shows an interface's name is not.
        names = types if sent.entity is None or told else place.names(frozenset(types))
        on_types = frozenset() if every else frozenset(names)
        typename = sent.entity
        if typename is None and len(types) == 1:
            typename = next(iter(types))
        found.append(Representation(on_types, typename, sent.fields, sent.mandatory))
    return tuple(found)


def _tell_types(place: Place, step: Step) -> None:
    for origin in place.origins:
        origin.node.add_typename(origin.position.locals, step.when)
