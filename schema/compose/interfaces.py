"""Interfaces once all is merged: fields that interface objects add, and whether every type keeps its promise."""

from dataclasses import replace

from graphql import BooleanValueNode

from .abstract import implementations, stand_ins
from .elements import Kind, TypeDef, all_applied
from .errors import Report, listing
from .sharing import check_sharing
from .subtypes import is_subtype
from .supergraph import Member, Supergraph


def complete_interfaces(supergraph: Supergraph, report: Report) -> None:
    """Reports INTERFACE_FIELD_NO_IMPLEM, INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE."""
    for definition in supergraph.types.values():
        if definition.kind is Kind.INTERFACE:
            _add_object_fields(supergraph, definition, report)
    for definition in supergraph.types.values():
        for interface in definition.interfaces:
            _check_promise(supergraph, definition, interface, report)
        if definition.kind is Kind.INTERFACE:
            _check_members(supergraph, definition, report)


def _add_object_fields(supergraph: Supergraph, interface: TypeDef, report: Report) -> None:
    """What an interface object adds to the interface, every implementation has; only one may add it unshared."""
    added = dict.fromkeys(
        name for member in stand_ins(supergraph, interface.name) for name in member.subgraph.fields(interface.name)
    )
    for name in added:
        for definition in implementations(supergraph, interface.name):
            if name in interface.fields and name not in definition.fields:
                definition.fields[name] = replace(
                    interface.fields[name], directives=list(interface.fields[name].directives)
                )
                supergraph.join(f"{definition.name}.{name}", "@join__field")
                check_sharing(supergraph, definition.name, name, (), report)


def _check_promise(supergraph: Supergraph, definition: TypeDef, interface: str, report: Report) -> None:
    merged = supergraph.types.get(interface)
    if merged is None:
        return
    for name, wanted in merged.fields.items():
        having = [m.name for m in supergraph.having(interface) if name in m.subgraph.fields(interface)]
        at = f"{definition.name}.{name}"
        given = definition.fields.get(name)
        if given is None:
            where = [m.name for m in supergraph.having(definition.name)]
            report.error(
                "INTERFACE_FIELD_NO_IMPLEM",
                f"{interface}.{name} is a field of the interface in "
                f"{listing([report.where(m, f'{interface}.{name}') for m in having])}, and {definition.name}, "
                f"which implements it in {listing([report.where(m, definition.name) for m in where])}, has no "
                f'"{name}" in any subgraph: add it to {definition.name}, or take it off the interface',
                subgraphs=[*having, *where],
                coordinate=at,
            )
        elif not is_subtype(supergraph, given.type, wanted.type):
            report.error(
                "INVALID_GRAPHQL",
                f"{at} is {given.type} once merged, which is no {wanted.type} as {interface}.{name} asks",
                subgraphs=having,
                coordinate=at,
            )


def _check_members(supergraph: Supergraph, interface: TypeDef, report: Report) -> None:
    names = [definition.name for definition in implementations(supergraph, interface.name)]
    for member in supergraph.having(interface.name):
        here = member.subgraph.types[interface.name]
        where = report.where(member.name, interface.name)
        if member.subgraph.is_interface_object(interface.name):
            continue
        if any(_resolvable(key.args.get("resolvable")) for key in all_applied(here, "key")):
            lacking = [name for name in names if interface.name not in _interfaces(member, name)]
            if lacking:
                report.error(
                    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
                    f"{interface.name} has a resolvable @key in {where}, which does not have {listing(lacking)}, "
                    "of its implementations: add them there",
                    subgraphs=[member.name],
                    coordinate=interface.name,
                )


def _interfaces(member: Member, type_name: str) -> list[str]:
    found = member.subgraph.types.get(type_name)
    return found.interfaces if found else []


def _resolvable(value: object) -> bool:
    return not isinstance(value, BooleanValueNode) or value.value
