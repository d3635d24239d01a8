"""@authenticated, @requiresScopes and @policy across the whole graph: what guards a field guards every way to it."""

from collections.abc import Iterator

from .abstract import implementations, stand_ins
from .directives import Kept
from .elements import Applied, Element, Field, Kind, all_applied, named
from .errors import Report
from .fieldsets import FieldSet
from .requirements import ARGUMENTS, OPEN, Alternatives, Needs, as_value, both, implies, needs, together
from .supergraph import Member, Supergraph
from .usage import field_set


def guard(supergraph: Supergraph, kept: Kept, report: Report) -> None:
    """Give interfaces what their implementations ask for, then see that @requires opens no back door.

    Reports MISSING_TRANSITIVE_AUTH_REQUIREMENTS.
    """
    for definition in supergraph.types.values():
        if definition.kind is Kind.INTERFACE:
            _from_interface_objects(supergraph, definition.name, kept)
    for definition in supergraph.types.values():
        if definition.kind is Kind.INTERFACE:
            _from_implementations(supergraph, definition.name, kept)
    for member in supergraph.members:
        for owner in member.subgraph.types.values():
            for item in owner.fields.values():
                for requires in all_applied(item, "requires"):
                    _check_requires(supergraph, member, owner.name, item, field_set(requires), report)


def _from_interface_objects(supergraph: Supergraph, interface: str, kept: Kept) -> None:
    for member in stand_ins(supergraph, interface):
        for name, item in member.subgraph.fields(interface).items():
            asked = needs(item)
            if asked:
                for definition in implementations(supergraph, interface):
                    if name in definition.fields:
                        _ask(definition.fields[name], asked, kept)


def _from_implementations(supergraph: Supergraph, interface: str, kept: Kept) -> None:
    merged = supergraph.types[interface]
    for definition in implementations(supergraph, interface):
        _ask(merged, needs(definition), kept)
        for name, item in merged.fields.items():
            if name in definition.fields:
                _ask(item, needs(definition.fields[name]), kept)


def _ask(element: Element, asked: Needs, kept: Kept) -> None:
    """Add requirements to what the merged element asks for already."""
    own = needs(element)
    for spec, wanted in asked.items():
        argument = ARGUMENTS[spec]
        if own.get(spec) == wanted:
            continue
        value = as_value(both(own.get(spec, OPEN), wanted))
        element.directives = [directive for directive in element.directives if directive.spec != spec]
        args = {argument: value} if argument else {}
        element.directives.append(Applied(kept.names[spec], dict(args), spec))


def _check_requires(
    supergraph: Supergraph, member: Member, owner: str, item: Field, selection: FieldSet, report: Report
) -> None:
    """Who may not see a field may not have it looked up on their behalf either."""
    merged = supergraph.types[owner].fields.get(item.name)
    if merged is None:
        return
    given = together(needs(supergraph.types[owner]), needs(merged))
    at = f"{owner}.{item.name}"
    for coordinate, wanted in _selected(supergraph, owner, selection):
        for spec, alternatives_ in wanted.items():
            if not implies(given.get(spec, OPEN), alternatives_):
                report.error(
                    "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
                    f"{at} in {report.where(member.name, at)} requires {coordinate}, which asks for "
                    f"@{spec}{_said(alternatives_, spec)}: let {at} ask for that too",
                    subgraphs=[member.name],
                    coordinate=at,
                )


def _said(wanted: Alternatives, spec: str) -> str:
    if spec == "authenticated":
        return ""
    return " " + " or ".join(sorted("+".join(sorted(row)) for row in wanted))


def _selected(supergraph: Supergraph, owner: str, selection: FieldSet) -> Iterator[tuple[str, Needs]]:
    """(coordinate, what it asks for) of everything on the way of the selection."""
    for item in selection:
        here = item.on or owner
        definition = supergraph.types.get(here)
        if definition is None:
            continue
        if item.on is not None:
            yield here, needs(definition)
        found = definition.fields.get(item.name)
        if found is None:
            continue
        yield f"{here}.{item.name}", needs(found)
        target = supergraph.types.get(named(found.type))
        if target is not None:
            yield target.name, needs(target)
            yield from _selected(supergraph, target.name, item.selection)
