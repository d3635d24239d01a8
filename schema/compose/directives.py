"""Which applied directives reach the supergraph, under which name, and how several become one."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from graphql import BooleanValueNode, IntValueNode, ListValueNode, StringValueNode, ValueNode, print_ast

from .composed import ComposedDirective, composed_directives
from .elements import Applied, Element, applied, every_element
from .errors import Report, listing
from .executable import merge_executable
from .requirements import OPEN, alternatives, as_value, both
from .supergraph import Member, Supergraph

#: directives of federation that describe the supergraph and not only its composition
CARRIED = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize")
_BUILT_IN = ("deprecated", "specifiedBy")

Source = tuple[Member, Element]


@dataclass(slots=True)
class Kept:
    """``names``: federation name -> name in the supergraph. ``composed``: by (subgraph, name there)."""

    names: dict[str, str]
    composed: dict[tuple[str, str], ComposedDirective] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def key(self, member: Member, directive: Applied) -> str | None:
        """The name in the supergraph, None where the directive stays behind."""
        if directive.spec in self.names:
            return self.names[directive.spec]
        if directive.name in _BUILT_IN:
            return directive.name
        composed = self.composed.get((member.name, directive.name))
        return composed.name if composed else None


def kept_directives(members: Sequence[Member], report: Report) -> Kept:
    """Reports LINK_IMPORT_NAME_MISMATCH and the faults of @composeDirective."""
    names = {}
    for spec in CARRIED:
        imported: dict[str, list[str]] = {}
        for member in members:
            for local, name in member.subgraph.names.items():
                if name == spec and "__" not in local:
                    imported.setdefault(local, []).append(member.name)
        if len(imported) > 1:
            imported = _where_applied(members, spec, imported)
        if len(imported) > 1:
            said = listing([f'"@{local}" in {listing(where)}' for local, where in imported.items()])
            report.error(
                "LINK_IMPORT_NAME_MISMATCH",
                f'"@{spec}" is imported under several names, {said}: import it under one name everywhere',
                subgraphs=[member.name for member in members],
            )
        names[spec] = next(iter(imported), spec)
    return Kept(names, composed_directives(members, report))


def _where_applied(members: Sequence[Member], spec: str, imported: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of the names and where they are imported, those that are also applied."""
    applying = {
        member.name
        for member in members
        if any(applied(element, spec) for element, _ in every_element(member.subgraph.types.values()))
        or any(directive.spec == spec for directive in member.subgraph.applied)
    }
    found = {local: [name for name in where if name in applying] for local, where in imported.items()}
    return {local: where for local, where in found.items() if where}


def merge_applied(sources: Sequence[Source], coordinate: str, kept: Kept, report: Report) -> list[Applied]:
    """The directives of one element, from all subgraphs that have it."""
    if not any(element.directives for _, element in sources):
        return []
    found: dict[str, list[Applied]] = {}
    for member, element in sources:
        for directive in element.directives:
            name = kept.key(member, directive)
            if name is not None:
                found.setdefault(name, []).append(directive)
    merged: list[Applied] = []
    for name, several in found.items():
        spec = several[0].spec
        kept.used.add(spec or name)
        merged += _one(name, spec, several, _repeatable(kept, name))
    return merged


def _repeatable(kept: Kept, name: str) -> bool:
    return any(directive.name == name and directive.definition.repeatable for directive in kept.composed.values())


def _one(name: str, spec: str | None, several: list[Applied], repeatable: bool) -> list[Applied]:
    if spec in _MERGES:
        return [Applied(name, _MERGES[spec](several), spec)]
    renamed = [Applied(name, directive.args, spec) for directive in several]
    if spec == "tag" or repeatable:
        return list({directive.text: directive for directive in renamed}.values())
    counts = Counter(directive.text for directive in renamed)
    return [max(renamed, key=lambda directive: counts[directive.text])]


def _weight(several: list[Applied]) -> dict[str, ValueNode]:
    return {"weight": _largest(several, "weight") or IntValueNode(value="0")}


def _list_size(several: list[Applied]) -> dict[str, ValueNode]:
    merged: dict[str, ValueNode] = {}
    size = _largest(several, "assumedSize")
    if size is not None:
        merged["assumedSize"] = size
    for name in ("slicingArguments", "sizedFields"):
        values = [value for directive in several for value in _strings(directive.args.get(name))]
        if any(name in directive.args for directive in several):
            merged[name] = ListValueNode(values=tuple(StringValueNode(value=value) for value in dict.fromkeys(values)))
    one = [directive.args.get("requireOneSlicingArgument") for directive in several]
    if any(value is not None for value in one):
        strict = all(not isinstance(value, BooleanValueNode) or value.value for value in one)
        merged["requireOneSlicingArgument"] = BooleanValueNode(value=strict)
    return merged


def _largest(several: list[Applied], name: str) -> IntValueNode | None:
    values = [int(v.value) for d in several if isinstance(v := d.args.get(name), IntValueNode)]
    return IntValueNode(value=str(max(values))) if values else None


def _strings(value: ValueNode | None) -> list[str]:
    items = value.values if isinstance(value, ListValueNode) else ()
    return [item.value for item in items if isinstance(item, StringValueNode)]


def _required(argument: str) -> Callable[[list[Applied]], dict[str, ValueNode]]:
    """All sides' requirements hold at once. A single side is left as it is written."""

    def merge(several: list[Applied]) -> dict[str, ValueNode]:
        if len({print_ast(directive.args[argument]) for directive in several}) == 1:
            return dict(several[0].args)
        wanted = OPEN
        for directive in several:
            wanted = both(wanted, alternatives(directive.args.get(argument)))
        return {argument: as_value(wanted)}

    return merge


_MERGES: dict[str | None, Callable[[list[Applied]], dict[str, ValueNode]]] = {
    "inaccessible": lambda several: {},
    "authenticated": lambda several: {},
    "requiresScopes": _required("scopes"),
    "policy": _required("policies"),
    "cost": _weight,
    "listSize": _list_size,
}


def merge_directive_definitions(supergraph: Supergraph, kept: Kept, report: Report) -> None:
    """The definitions of composed directives, and of executable ones that every subgraph has."""
    for composed in kept.composed.values():
        supergraph.directives.setdefault(composed.name, composed.definition)
        for argument in composed.definition.arguments.values():
            kept.used.update(directive.spec for directive in argument.directives if directive.spec in CARRIED)
    merge_executable(supergraph, kept.composed.values(), report)
