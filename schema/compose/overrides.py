"""@override: which subgraph's field gives way to which other's, wholly or by label."""

import re
from dataclasses import dataclass, field

from .elements import Applied, Kind, applied, text_of
from .errors import Report
from .supergraph import Member, Supergraph
from .usage import Usage

_LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((\d{1,3}(?:\.\d{1,8})?)\)")


@dataclass(slots=True)
class Overrides:
    """Both by (coordinate, subgraph). ``given``: (subgraph overridden, label). ``taken``: label or None."""

    given: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)
    taken: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def is_shared(self, coordinate: str, member: Member) -> bool:
        """Whether the member resolves the field beside the others, and not only until they take over."""
        return (coordinate, member.name) not in self.taken

    def is_gone(self, coordinate: str, member: Member) -> bool:
        """Whether the member's field has been given up, without a label that keeps it for some."""
        key = (coordinate, member.name)
        return key in self.taken and self.taken[key] is None


def read_overrides(supergraph: Supergraph, report: Report) -> Overrides:
    """Reports OVERRIDE_FROM_SELF_ERROR, OVERRIDE_SOURCE_HAS_OVERRIDE, ..._COLLISION_..., ..._LABEL_INVALID."""
    overrides = Overrides()
    for member in supergraph.members:
        for definition in member.subgraph.types.values():
            for name, item in definition.fields.items():
                directive = applied(item, "override")
                if directive is None or definition.name not in supergraph.types:
                    continue
                coordinate = f"{definition.name}.{name}"
                if definition.kind is Kind.INTERFACE:
                    report.error(
                        "OVERRIDE_ON_INTERFACE",
                        f"{coordinate} in {report.where(member.name, coordinate)} is a field of an interface: "
                        "put @override on the fields of the types that implement it",
                        subgraphs=[member.name],
                        coordinate=coordinate,
                    )
                    continue
                _read(supergraph, member, definition.name, name, directive, overrides, report)
    return overrides


def _read(
    supergraph: Supergraph,
    member: Member,
    type_name: str,
    field_name: str,
    directive: Applied,
    overrides: Overrides,
    report: Report,
) -> None:
    coordinate = f"{type_name}.{field_name}"
    source, label = text_of(directive, "from"), text_of(directive, "label")
    fault = _fault(supergraph, member, type_name, field_name, source or "", label)
    if fault is not None:
        code, message = fault
        report.error(
            code,
            f"{coordinate} in {report.where(member.name, coordinate)} {message}",
            subgraphs=[member.name],
            coordinate=coordinate,
        )
        if label is not None:  # by label both resolve it, so the sharing is not what is wrong
            overrides.taken[coordinate, source or ""] = label
        return
    overrides.given[coordinate, member.name] = (source or "", label)
    other = supergraph.member(source or "")
    if other is None:
        report.hint(
            "FROM_SUBGRAPH_DOES_NOT_EXIST", f'{coordinate} overrides "{source}", which is no subgraph', coordinate
        )
    elif field_name in other.subgraph.fields(type_name):
        if other.usage.is_external(other.subgraph, type_name, field_name):
            return
        overrides.taken[coordinate, other.name] = label


def _fault(
    supergraph: Supergraph, member: Member, type_name: str, field_name: str, source: str, label: str | None
) -> tuple[str, str] | None:
    if source == member.name:
        return "OVERRIDE_FROM_SELF_ERROR", f'overrides "{source}", which is itself: name the other subgraph'
    if label is not None and not _valid_label(label):
        return (
            "OVERRIDE_LABEL_INVALID",
            f'has the label "{label}": use a name, or "percent(N)" with N from 0 to 100',
        )
    if member.usage.is_external(member.subgraph, type_name, field_name):
        return "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", "is @override and @external: remove one of them"
    if member.subgraph.is_interface_object(type_name):
        return "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", "is a field of an @interfaceObject: remove @override"
    other = supergraph.member(source)
    theirs = other.subgraph.fields(type_name).get(field_name) if other else None
    if other is None or theirs is None:
        return None
    if applied(theirs, "override"):
        return (
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
            f"overrides {other.name}, where the field is an @override itself: remove one of the two",
        )
    for name in ("requires", "provides"):
        if applied(theirs, name):
            return (
                "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                f"overrides a field that is @{name} in {other.name}: remove @{name} there first",
            )
    return None


def _valid_label(label: str) -> bool:
    percent = _PERCENT.fullmatch(label)
    if percent:
        return float(percent[1]) <= 100
    return _LABEL.fullmatch(label) is not None


def is_used(usage: Usage, member: Member, type_name: str, field_name: str) -> bool:
    """Whether the subgraph still needs its overridden field: in a field set, or for an interface of its own."""
    coordinate = f"{type_name}.{field_name}"
    if coordinate in usage.keys or coordinate in usage.required or coordinate in usage.provided:
        return True
    definition = member.subgraph.types[type_name]
    return any(field_name in member.subgraph.fields(interface) for interface in definition.interfaces)
