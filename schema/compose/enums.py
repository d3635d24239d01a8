"""Enums: by their use, all values of all subgraphs, the common ones, or exactly the same everywhere."""

from typing import Literal

from .directives import Kept, merge_applied
from .elements import EnumValue, Kind, applied, named
from .errors import Report, listing
from .supergraph import Supergraph
from .texts import merge_descriptions

Use = Literal["in", "out"]


def uses_of_enums(supergraph: Supergraph) -> dict[str, frozenset[Use]]:
    """Whether each enum is sent in, comes out, or both, anywhere in the merged schema."""
    uses: dict[str, frozenset[Use]] = {}

    def note(type_: str, use: Use) -> None:
        name = named(type_)
        uses[name] = uses.get(name, frozenset()) | {use}

    for definition in supergraph.types.values():
        for field in definition.fields.values():
            note(field.type, "out")
            for argument in field.arguments.values():
                note(argument.type, "in")
        for argument in definition.inputs.values():
            note(argument.type, "in")
    return {name: use for name, use in uses.items() if name in supergraph.types and _is_enum(supergraph, name)}


def _is_enum(supergraph: Supergraph, name: str) -> bool:
    return supergraph.types[name].kind is Kind.ENUM


def merge_enum(supergraph: Supergraph, name: str, use: frozenset[Use], kept: Kept, report: Report) -> None:
    """An enum that nothing uses is merged as one that comes out."""
    members = supergraph.having(name)
    merged = supergraph.types[name]
    for value_name in dict.fromkeys(v for member in members for v in member.subgraph.types[name].values):
        coordinate = f"{name}.{value_name}"
        having = [
            (member, member.subgraph.types[name].values[value_name])
            for member in members
            if value_name in member.subgraph.types[name].values
        ]
        value = EnumValue(
            value_name,
            merge_descriptions(value.description for _, value in having),
            merge_applied(list(having), coordinate, kept, report),
        )
        if "in" in use and len(having) < len(members) and not applied(value, "inaccessible"):
            if "out" in use:
                _report_mismatch(supergraph, name, value_name, report)
            continue
        merged.values[value_name] = value
        for member, _ in having:
            supergraph.join(coordinate, f"@join__enumValue(graph: {member.graph})")
    if not merged.values and use != {"in", "out"}:
        where = listing([report.where(member.name, name) for member in members])
        report.error(
            "EMPTY_MERGED_ENUM_TYPE",
            f"{name} has no value that all of {where} know: give them one in common",
            subgraphs=[member.name for member in members],
            coordinate=name,
        )


def _report_mismatch(supergraph: Supergraph, name: str, value: str, report: Report) -> None:
    having: list[str] = []
    lacking: list[str] = []
    for member in supergraph.having(name):
        known = value in member.subgraph.types[name].values
        (having if known else lacking).append(member.name)
    report.error(
        "ENUM_VALUE_MISMATCH",
        f"{name} is both sent in and given out, and {name}.{value} is known to "
        f"{listing([report.where(subgraph, name) for subgraph in having])} but not to "
        f"{listing([report.where(subgraph, name) for subgraph in lacking])}: give both the same values",
        subgraphs=[*having, *lacking],
        coordinate=f"{name}.{value}",
    )
