"""Field sets held against the subgraph that writes them: do the fields exist, may they stand there?"""

from collections.abc import Iterator

from graphql import StringValueNode

from .elements import Applied, Field, Kind, named
from .errors import Report
from .fieldsets import FieldSet, FieldSetError, Selected, parse_field_set
from .subgraph import Subgraph
from .usage import Usage

Fault = tuple[str, str]
_COMPOSITE = (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)


def check_field_set(subgraph: Subgraph, usage: Usage, directive: Applied, start: str, at: str, report: Report) -> None:
    """Check ``fields:`` of a @key, @requires or @provides that selects from type ``start`` and stands at ``at``."""
    spec = (directive.spec or "").upper()
    for code, fault in _faults(subgraph, usage, directive, start):
        report.error(
            f"{spec}_{code}",
            f"@{directive.name} of {at} in {report.where(subgraph.name, at)} {fault}",
            subgraphs=[subgraph.name],
            coordinate=at,
        )


def _faults(subgraph: Subgraph, usage: Usage, directive: Applied, start: str) -> Iterator[Fault]:
    value = directive.args.get("fields")
    if not isinstance(value, StringValueNode):
        yield "INVALID_FIELDS_TYPE", 'must give "fields" as a string'
        return
    try:
        selection = parse_field_set(value.value)
    except FieldSetError as fault:
        yield "INVALID_FIELDS", f'has "{value.value}", which is no field set: {fault}'
        return
    walk = _Walk(subgraph, usage, directive.spec or "")
    faults = list(walk.selection(selection, start, under_external=False))
    # what cannot be understood is the one thing to say of a field set
    broken = [fault for fault in faults if fault[0] in ("INVALID_FIELDS", "FIELDS_SELECT_INVALID_TYPE")]
    yield from broken[:1] or faults


class _Walk:
    """Down one field set, yielding what is wrong with it."""

    def __init__(self, subgraph: Subgraph, usage: Usage, spec: str) -> None:
        self.subgraph = subgraph
        self.usage = usage
        self.spec = spec

    def selection(self, selection: FieldSet, owner: str, *, under_external: bool) -> Iterator[Fault]:
        for item in selection:
            if item.on is not None and item.on not in self.subgraph.types:
                yield "INVALID_FIELDS", f'has "... on {item.on}", which is no type here: define it, or take it out'
            else:
                yield from self.field(item, item.on or owner, under_external=under_external)

    def field(self, item: Selected, owner: str, *, under_external: bool) -> Iterator[Fault]:
        if item.alias:
            yield "INVALID_FIELDS", f'has the alias "{item.alias}", and aliases are not allowed in it'
            return
        if item.directives:
            yield from self._directives(item)
        if item.name == "__typename":
            return
        found = self.subgraph.fields(owner).get(item.name)
        if found is None:
            yield "INVALID_FIELDS", f'selects "{item.name}", which is no field of {owner} here: add it, or take it out'
            return
        target = self.subgraph.types.get(named(found.type))
        if self.spec == "key" and target is not None and target.kind in (Kind.INTERFACE, Kind.UNION):
            yield "FIELDS_SELECT_INVALID_TYPE", f'selects "{owner}.{item.name}", which is an {target.kind}'
            return
        yield from self._arguments(item, owner, found)
        composite = target is not None and target.kind in _COMPOSITE
        if composite != bool(item.selection):
            need = "must select fields of" if composite else "cannot select fields of"
            yield "INVALID_FIELDS", f'{need} "{owner}.{item.name}", a {found.type}'
            return
        if composite:
            external = under_external or self._is_external(owner, item.name)
            yield from self.selection(item.selection, named(found.type), under_external=external)
        elif self.spec != "key" and not (under_external or self.usage.is_external(self.subgraph, owner, item.name)):
            yield (
                "FIELDS_MISSING_EXTERNAL",
                f'selects "{owner}.{item.name}", which this subgraph resolves itself: '
                "mark it @external, or take it out",
            )

    def _arguments(self, item: Selected, owner: str, found: Field) -> Iterator[Fault]:
        missing = [name for name, a in found.arguments.items() if a.required and name not in item.arguments]
        if missing or any(name not in found.arguments for name in item.arguments):
            yield "INVALID_FIELDS", f'selects "{owner}.{item.name}" with arguments that do not fit it'
        elif self.spec != "requires" and found.arguments:
            yield "FIELDS_HAS_ARGS", f'selects "{owner}.{item.name}", which has arguments'

    def _directives(self, item: Selected) -> Iterator[Fault]:
        known = [name for name in item.directives if name in self.subgraph.directives]
        if len(known) == len(item.directives):
            yield "DIRECTIVE_IN_FIELDS_ARG", f'applies @{item.directives[0]} to "{item.name}"'
        else:
            yield "INVALID_FIELDS", f'applies the unknown @{item.directives[0]} to "{item.name}"'

    def _is_external(self, owner: str, name: str) -> bool:
        """Whether what is under the field is; for a field of an interface, whether one of an implementation is."""
        owners = [owner]
        if self.subgraph.types[owner].kind is Kind.INTERFACE:
            owners += self.subgraph.possible(owner)
        return any(self.usage.is_external(self.subgraph, owner, name) for owner in owners)
