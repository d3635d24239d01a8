"""Whether every field that a client can ask for can be resolved on every path that leads to it."""

from collections.abc import Iterator
from dataclasses import dataclass

from .elements import Field, Kind, TypeDef, applied, named
from .errors import Report, listing
from .overrides import Overrides
from .places import Place, Places
from .reach import Reach
from .supergraph import Supergraph

#: more would only say the same again
_MOST_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A path of fields and type conditions, newest first."""

    text: str
    before: "Step | None" = None

    def __iter__(self) -> Iterator[str]:
        if self.before is not None:
            yield from self.before
        yield self.text


def check_satisfiability(supergraph: Supergraph, overrides: Overrides, report: Report) -> None:
    """Report SATISFIABILITY_ERROR, for every setting of the override labels that can make a difference.

    Labels are tried all off, all on, and each one alone on and alone off, never in all combinations.
    """
    labels = sorted({label for _, label in overrides.given.values() if label is not None})
    settings = [frozenset[str](), frozenset(labels)]
    settings += [frozenset({label}) for label in labels]
    settings += [frozenset(labels) - {label} for label in labels]
    for setting in dict.fromkeys(settings):
        _Walk(supergraph, Places(supergraph, overrides, setting), report).run()


class _Walk:
    """Depth first over (type, places). What is shown for some places holds for more places too."""

    def __init__(self, supergraph: Supergraph, places: Places, report: Report) -> None:
        self.supergraph = supergraph
        self.places = places
        self.reach = Reach(places)
        self.report = report
        self.seen: dict[str, list[frozenset[Place]]] = {}
        self.failed: set[str] = set()

    def run(self) -> None:
        for operation in ("query", "mutation", "subscription"):
            root = operation.capitalize()
            if root in self.supergraph.types:
                starts = [
                    Place(index, root)
                    for index, member in enumerate(self.places.members)
                    if root in member.subgraph.types
                ]
                self._run_from(root, starts, Step(operation))

    def _run_from(self, root: str, starts: list[Place], step: Step) -> None:
        stack: list[tuple[str, tuple[Place, ...], Step]] = [(root, tuple(starts), step)]
        while stack and len(self.failed) < _MOST_ERRORS:
            type_name, places, step = stack.pop()
            definition = self.supergraph.types[type_name]
            if definition.kind is Kind.OBJECT:
                reached = self.reach.all_of(type_name, places)
                if self._is_new(type_name, reached):
                    stack += self._fields(definition, places, reached, step)
            elif self._is_new(type_name, places):
                stack += self._concrete(type_name, places, step)

    def _is_new(self, type_name: str, places: tuple[Place, ...]) -> bool:
        here = frozenset(places)
        seen = self.seen.setdefault(type_name, [])
        if any(other <= here for other in seen):
            return False
        seen[:] = [other for other in seen if not here <= other]
        seen.append(here)
        return True

    def _fields(
        self, definition: TypeDef, places: tuple[Place, ...], reached: tuple[Place, ...], step: Step
    ) -> Iterator[tuple[str, tuple[Place, ...], Step]]:
        for name, item in definition.fields.items():
            if applied(item, "inaccessible"):
                continue
            found = [self.reach.resolves(definition.name, place, name) for place in reached]
            children = dict.fromkeys(child for child in found if child is not None)
            if not children:
                self._fail(definition.name, item, places, reached, step)
            elif self._is_composite(item.type):
                self._check_shared(definition.name, item, tuple(children), step)
                yield named(item.type), tuple(children), Step(name, step)

    def _check_shared(self, owner: str, item: Field, children: tuple[Place, ...], step: Step) -> None:
        """Subgraphs that resolve one abstract field may not disagree on everything that it can be."""
        at = f"{owner}.{item.name}"
        if len(children) < 2 or at in self.failed or self.supergraph.types[named(item.type)].kind is Kind.OBJECT:
            return
        if any(self.places.is_stand_in(place) for place in children):
            return
        known = {place: set(self.places.owner(place).subgraph.possible(place.type)) for place in children}
        if set.intersection(*known.values()) or len({frozenset(types) for types in known.values()}) == 1:
            return
        self.failed.add(at)
        said = [
            f"{', '.join(sorted(types)) or 'nothing'} in {self.report.where(self.places.owner(place).name, at)}"
            for place, types in known.items()
        ]
        self.report.error(
            "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
            f"{_query(step, item.name)} depends on who is asked: {at} can be {listing(said)}: "
            "give them a type in common",
            subgraphs=[self.places.owner(place).name for place in known],
            coordinate=at,
        )

    def _is_composite(self, type_: str) -> bool:
        target = self.supergraph.types.get(named(type_))
        return (
            target is not None
            and target.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)
            and not applied(target, "inaccessible")
        )

    def _concrete(
        self, type_name: str, places: tuple[Place, ...], step: Step
    ) -> Iterator[tuple[str, tuple[Place, ...], Step]]:
        blind = all(self.places.is_stand_in(place) for place in places)
        known = False
        visible = [
            name for name in self.places.concrete(type_name) if not applied(self.supergraph.types[name], "inaccessible")
        ]
        for concrete in visible:
            starts = self.reach.as_concrete(type_name, concrete, places)
            if starts:
                known = True
                yield concrete, tuple(starts), Step(f"... on {concrete}", step)
        if blind and not known and visible:
            self._fail_blind(type_name, places, step)

    def _fail_blind(self, type_name: str, places: tuple[Place, ...], step: Step) -> None:
        if type_name in self.failed:
            return
        self.failed.add(type_name)
        names = list(dict.fromkeys(self.places.owner(place).name for place in places))
        self.report.error(
            "SATISFIABILITY_ERROR",
            f"{_query(step, '__typename')} cannot be answered: {type_name} is an @interfaceObject in "
            f"{listing([self.report.where(name, type_name) for name in names])}, and no subgraph that knows what "
            "implements it can be reached from there: give the interface a resolvable @key",
            subgraphs=names,
            coordinate=type_name,
        )

    def _fail(
        self,
        type_name: str,
        item: Field,
        places: tuple[Place, ...],
        reached: tuple[Place, ...],
        step: Step,
    ) -> None:
        coordinate = f"{type_name}.{item.name}"
        if coordinate in self.failed:
            return
        self.failed.add(coordinate)
        having = [m.name for m in self.supergraph.having(type_name) if item.name in m.subgraph.fields(type_name)]
        starts = list(dict.fromkeys(self.places.owner(place).name for place in places))
        reasons = list(self._reasons(type_name, item, reached))
        self.report.error(
            "SATISFIABILITY_ERROR",
            f"{_query(step, item.name)} cannot be answered: {coordinate} is resolved by "
            f"{listing([self.report.where(name, coordinate) for name in having])}, and from "
            f"{listing([self.report.where(name, type_name) for name in starts])} "
            f"{'; '.join(reasons) or 'there is no way there'}",
            subgraphs=[*dict.fromkeys([*starts, *having])],
            coordinate=coordinate,
        )

    def _reasons(self, type_name: str, item: Field, reached: tuple[Place, ...]) -> Iterator[str]:
        """Why each subgraph that has the field could not be used."""
        inside = {place.member: place for place in reached}
        for index, member in enumerate(self.places.members):
            if item.name not in member.subgraph.fields(type_name):
                continue
            if index in inside:
                if self.places.requirements(inside[index], item.name):
                    yield f"what {member.name} requires for it cannot be fetched"
                continue
            entries = [entry for entry in self.places.entries(type_name) if entry.member == index]
            for entry in entries:
                yield f'the key "{entry.text}" of {member.name} cannot be fetched: resolve its fields there'
            if not entries:
                yield f"{member.name} cannot be entered: give {type_name} a @key there"


def _query(step: Step, last: str) -> str:
    """``query { users { tags } }``."""
    operation, *fields = step
    return f"{operation} {{ {' { '.join([*fields, last])} {'} ' * (len(fields) + 1)}".rstrip()
