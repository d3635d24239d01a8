"""Fields of objects and interfaces: who resolves them, as what type, and how the join spec says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import ValueNode

from .arguments import merge_arguments
from .context import context_arguments
from .directives import CARRIED, Kept, merge_applied
from .elements import Field, Kind, all_applied, value_text
from .errors import Report, listing
from .overrides import Overrides, is_used
from .sharing import check_sharing
from .subtypes import is_subtype, widest
from .supergraph import Member, Supergraph
from .texts import merge_descriptions, quoted
from .usage import field_set_text


@dataclass(slots=True)
class Resolver:
    """One subgraph's definition of a field. ``gone``: overridden; ``used``: overridden, but still needed there."""

    member: Member
    field: Field
    external: bool
    gone: bool = False
    used: bool = False


def merge_fields(supergraph: Supergraph, name: str, overrides: Overrides, kept: Kept, report: Report) -> None:
    """All fields of the type, in the order in which the subgraphs name them."""
    members = supergraph.having(name)
    names: dict[str, None] = {}
    for member in members:
        for field_name in member.subgraph.fields(name):
            if not (name == "Query" and field_name in ("_entities", "_service")):
                names[field_name] = None
    for field_name in names:
        resolvers = [
            _resolver(member, name, field_name, overrides)
            for member in members
            if field_name in member.subgraph.fields(name)
        ]
        _merge_field(supergraph, name, field_name, resolvers, overrides, kept, report)


def _resolver(member: Member, type_name: str, field_name: str, overrides: Overrides) -> Resolver:
    gone = overrides.is_gone(f"{type_name}.{field_name}", member)
    return Resolver(
        member,
        member.subgraph.fields(type_name)[field_name],
        member.usage.is_external(member.subgraph, type_name, field_name),
        gone,
        gone and is_used(member.usage, member, type_name, field_name),
    )


def _merge_field(
    supergraph: Supergraph,
    type_name: str,
    name: str,
    resolvers: list[Resolver],
    overrides: Overrides,
    kept: Kept,
    report: Report,
) -> None:
    coordinate = f"{type_name}.{name}"
    own = [resolver for resolver in resolvers if not resolver.external]
    if not own:
        _report_external_only(coordinate, resolvers, report)
        return
    if supergraph.types[type_name].kind is Kind.OBJECT:
        sharers = [(r.member, r.field) for r in resolvers if overrides.is_shared(coordinate, r.member)]
        check_sharing(supergraph, type_name, name, sharers, report)
    type_ = widest(supergraph, [resolver.field.type for resolver in own])
    if type_ is None:
        _report_types("FIELD_TYPE_MISMATCH", coordinate, own, report)
    sources = [(resolver.member, resolver.field) for resolver in own]
    merged = Field(
        name,
        type_ or own[0].field.type,
        merge_arguments(supergraph, coordinate, sources, kept, report),
        merge_descriptions(resolver.field.description for resolver in own),
        merge_applied([*sources], coordinate, kept, report),
    )
    supergraph.types[type_name].fields[name] = merged
    for resolver in resolvers:
        if resolver.external:
            _check_external(supergraph, merged, coordinate, resolver, own, report)
    _join_field(supergraph, type_name, merged, resolvers, overrides)


def _report_external_only(coordinate: str, resolvers: Sequence[Resolver], report: Report) -> None:
    where = [report.where(resolver.member.name, coordinate) for resolver in resolvers]
    report.error(
        "EXTERNAL_MISSING_ON_BASE",
        f"{coordinate} is @external in {listing(where)} and resolved nowhere: remove @external where it is resolved",
        subgraphs=[resolver.member.name for resolver in resolvers],
        coordinate=coordinate,
    )


def _report_types(code: str, coordinate: str, resolvers: Sequence[Resolver], report: Report) -> None:
    said = [f'"{r.field.type}" in {report.where(r.member.name, coordinate)}' for r in resolvers]
    report.error(
        code,
        f"{coordinate} is {listing(said)}: give it one type, or types of which one takes in the others",
        subgraphs=[resolver.member.name for resolver in resolvers],
        coordinate=coordinate,
    )


def _check_external(
    types: Supergraph, merged: Field, coordinate: str, external: Resolver, own: Sequence[Resolver], report: Report
) -> None:
    """What a subgraph says of a field that it does not resolve must be what the others say.

    It may say less of what goes in, and more of what comes out where the others differ among themselves.
    """
    name = external.member.name
    agreed = len({resolver.field.type for resolver in own}) == 1
    if external.field.type != merged.type and (agreed or not is_subtype(types, external.field.type, merged.type)):
        _report_types("EXTERNAL_TYPE_MISMATCH", coordinate, [*own, external], report)
    faults = []
    for argument in merged.arguments.values():
        theirs = external.field.arguments.get(argument.name)
        if theirs is None:
            faults.append(("EXTERNAL_ARGUMENT_MISSING", f'lacks the argument "{argument.name}"'))
        elif not is_subtype(types, argument.type, theirs.type):
            faults.append(("EXTERNAL_ARGUMENT_TYPE_MISMATCH", f'has "{argument.name}" as {theirs.type}'))
        elif _text(theirs.default) != _text(argument.default):
            faults.append(("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", f'has another default of "{argument.name}"'))
    if not external.member.subgraph.federation_1:
        carried = [d for d in external.field.directives if d.spec in CARRIED]
        if carried:
            faults.append(
                ("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", f"carries {carried[0].text}, which has no effect there")
            )
    for code, fault in faults:
        where = listing([report.where(resolver.member.name, coordinate) for resolver in own])
        report.error(
            code,
            f"{coordinate} is @external in {report.where(name, coordinate)} and {fault}: write it as in {where}",
            subgraphs=[name],
            coordinate=coordinate,
        )


def _text(value: ValueNode | None) -> str | None:
    return value_text(value) if value is not None else None


def _join_field(
    supergraph: Supergraph, type_name: str, merged: Field, resolvers: Sequence[Resolver], overrides: Overrides
) -> None:
    """join__field for each subgraph, unless all that have the type resolve the field alike."""
    coordinate = f"{type_name}.{merged.name}"
    here = [resolver for resolver in resolvers if not resolver.gone or resolver.used]
    differ = len({resolver.field.type for resolver in resolvers}) > 1
    everywhere = len(supergraph.members if type_name == "Query" else supergraph.having(type_name))
    details = [_details(resolver, coordinate, overrides, differ) for resolver in here]
    alone = everywhere == 1 and all(detail.startswith("override") for said in details for detail in said)
    if len(here) == everywhere and (alone or not any(details)):
        return
    for resolver, detail in zip(here, details, strict=True):
        said = ", ".join([f"graph: {resolver.member.graph}", *detail])
        supergraph.join(coordinate, f"@join__field({said})")


def _details(resolver: Resolver, coordinate: str, overrides: Overrides, differ: bool) -> list[str]:
    said = []
    for name in ("requires", "provides"):
        said += [f"{name}: {quoted(field_set_text(d))}" for d in all_applied(resolver.field, name)]
    if differ:
        said.append(f'type: "{resolver.field.type}"')
    if resolver.external:
        said.append("external: true")
    key = (coordinate, resolver.member.name)
    source, label = overrides.given.get(key, (None, None))
    if source is not None:
        said.append(f"override: {quoted(source)}")
    if resolver.used:
        said.append("usedOverridden: true")
    label = label or overrides.taken.get(key)
    if label:
        said.append(f"overrideLabel: {quoted(label)}")
    contextual = context_arguments(resolver.member, resolver.field)
    if contextual:
        said.append(contextual)
    return said
