"""Subgraphs into one supergraph: every type by its kind, then what only shows once all are merged."""

from collections.abc import Sequence

from graphql import specified_scalar_types

from .abstract import check_stand_ins, merge_interfaces, merge_union
from .context import join_contexts
from .directives import Kept, kept_directives, merge_applied, merge_directive_definitions
from .elements import Kind, TypeDef, all_applied, applied
from .enums import merge_enum, uses_of_enums
from .errors import Report, listing
from .fields import merge_fields
from .inputs import merge_inputs
from .overrides import Overrides, read_overrides
from .subgraph import Subgraph
from .supergraph import Member, Supergraph, members_of
from .texts import merge_descriptions, quoted
from .usage import field_set_text

_INTERNAL = ("_Any", "_Entity", "_Service", "_FieldSet")


def merge(subgraphs: Sequence[Subgraph], report: Report) -> tuple[Supergraph, Kept, Overrides]:
    """The merged supergraph, the directives it keeps and the overrides; of use only without errors."""
    supergraph = Supergraph(members_of(subgraphs))
    before = len(report.errors)
    kept = kept_directives(supergraph.members, report)
    if len(report.errors) > before:
        return supergraph, kept, Overrides()
    for name in _type_names(supergraph.members):
        _merge_shallow(supergraph, name, kept, report)
    overrides = read_overrides(supergraph, report)
    kinds = {name: definition.kind for name, definition in supergraph.types.items()}
    for name, kind in kinds.items():
        if kind is Kind.INTERFACE:
            check_stand_ins(supergraph, name, report)
        if kind in (Kind.OBJECT, Kind.INTERFACE):
            merge_fields(supergraph, name, overrides, kept, report)
        elif kind is Kind.INPUT:
            merge_inputs(supergraph, name, kept, report)
    uses = uses_of_enums(supergraph)
    for name, kind in kinds.items():
        if kind is Kind.ENUM:
            merge_enum(supergraph, name, uses.get(name, frozenset()), kept, report)
    merge_directive_definitions(supergraph, kept, report)
    if not supergraph.types.get("Query") or not supergraph.types["Query"].fields:
        report.error(
            "NO_QUERIES",
            "no subgraph has a field on Query: add one, or list a subgraph that has",
            subgraphs=[member.name for member in supergraph.members],
        )
    return supergraph, kept, overrides


def _type_names(members: Sequence[Member]) -> list[str]:
    """Every type that becomes part of the supergraph, in the order in which the members name them."""
    names: dict[str, None] = {}
    for member in members:
        for name in member.subgraph.types:
            if name not in _INTERNAL and not _of_specification(member.subgraph, name):
                names[name] = None
    return list(names)


def _of_specification(subgraph: Subgraph, name: str) -> bool:
    """Scalars and enums that a specification brings: ``federation__FieldSet``, an imported ``FieldSet``, ``Int``."""
    if name in specified_scalar_types and subgraph.types[name].kind is Kind.SCALAR:
        return True
    for link in subgraph.links.all:
        if not link.url.startswith("https://specs.apollo.dev/"):
            continue
        if name.startswith(f"{link.namespace}__") or name in link.imports.values():
            return True
    return name.startswith(("link__", "federation__"))


def _merge_shallow(supergraph: Supergraph, name: str, kept: Kept, report: Report) -> None:
    """The type without its fields: kind, interfaces, members, directives, and where it is."""
    kind = _kind(supergraph, name, supergraph.having(name), report)
    if kind is None:
        return
    merged = TypeDef(name, kind)
    supergraph.types[name] = merged
    members = supergraph.having(name)
    definitions = [member.subgraph.types[name] for member in members]
    merged.description = merge_descriptions(definition.description for definition in definitions)
    for member, definition in zip(members, definitions, strict=True):
        _join_type(supergraph, member, definition)
        if join_contexts(supergraph, member, name):
            kept.used.add("context")
    if name == "Query":
        _query_everywhere(supergraph)
    merged.directives = merge_applied([(m, d) for m, d in zip(members, definitions, strict=True)], name, kept, report)
    merge_interfaces(supergraph, merged, members)
    if kind is Kind.UNION:
        merge_union(supergraph, merged, members)


def _kind(supergraph: Supergraph, name: str, members: Sequence[Member], report: Report) -> Kind | None:
    """The kind that all members agree on, or the first, reported; interface objects stand for the interface."""
    kinds: dict[Kind, list[str]] = {}
    stand_ins: list[str] = []
    for member in members:
        if member.subgraph.is_interface_object(name):
            stand_ins.append(member.name)
        else:
            kinds.setdefault(member.subgraph.types[name].kind, []).append(report.where(member.name, name))
    if stand_ins and not kinds:
        report.error(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f'"{name}" is an @interfaceObject in {listing(stand_ins)}, and an interface nowhere: define the '
            "interface in the subgraph that owns it",
            subgraphs=stand_ins,
            coordinate=name,
        )
        return None
    if len(kinds) > 1 or (stand_ins and Kind.INTERFACE not in kinds):
        said = listing([f"{kind.name.lower()} in {listing(names)}" for kind, names in kinds.items()])
        if stand_ins:
            said += f", interface object in {listing(stand_ins)}"
        report.error(
            "TYPE_KIND_MISMATCH",
            f'"{name}" is {said}: rename one of them',
            subgraphs=[member.name for member in members],
            coordinate=name,
        )
        supergraph.mixed.add(name)
    return next(iter(kinds))


def _join_type(supergraph: Supergraph, member: Member, definition: TypeDef) -> None:
    """One join__type for each key, or one without key."""
    extends = applied(definition, "extends") is not None
    stands_in = ", isInterfaceObject: true" if applied(definition, "interfaceObject") else ""
    keys = all_applied(definition, "key") if definition.name != "Query" else []  # every subgraph is entered there
    for key in keys:
        extension = extends or (key.extension and not member.subgraph.federation_1)
        resolvable = key.args.get("resolvable")
        supergraph.join(
            definition.name,
            f"@join__type(graph: {member.graph}, key: {quoted(field_set_text(key))}"
            + (", extension: true" if extension else "")
            + (", resolvable: false" if getattr(resolvable, "value", True) is False else "")
            + f"{stands_in})",
        )
    if not keys:
        supergraph.join(definition.name, f"@join__type(graph: {member.graph}{stands_in})")


def _query_everywhere(supergraph: Supergraph) -> None:
    """Every subgraph has a Query, be it only with ``_entities``: routers look it up there."""
    for member in supergraph.members:
        if "Query" not in member.subgraph.types:
            supergraph.join("Query", f"@join__type(graph: {member.graph})")
