"""Input objects: the fields that every subgraph which has the type knows."""

from collections.abc import Sequence

from .arguments import merge_inputs_of
from .directives import Kept
from .errors import Report, listing
from .supergraph import Member, Supergraph


def merge_inputs(supergraph: Supergraph, name: str, kept: Kept, report: Report) -> None:
    """A field that some subgraph lacks is left out; if another needs it, that is an error."""
    members = supergraph.having(name)
    merged = supergraph.types[name]
    for field_name in dict.fromkeys(f for member in members for f in member.subgraph.types[name].inputs):
        coordinate = f"{name}.{field_name}"
        having = [
            (member, member.subgraph.types[name].inputs[field_name])
            for member in members
            if field_name in member.subgraph.types[name].inputs
        ]
        if len(having) == len(members):
            merged.inputs[field_name] = merge_inputs_of(supergraph, coordinate, "INPUT_FIELD", having, kept, report)
            if len({argument.type for _, argument in having}) > 1:
                for member, argument in having:
                    text = f'@join__field(graph: {member.graph}, type: "{argument.type}")'
                    supergraph.join(coordinate, text)
            continue
        _check_optional(coordinate, name, field_name, members, report)
    if not merged.inputs:
        where = listing([report.where(member.name, name) for member in members])
        report.error(
            "EMPTY_MERGED_INPUT_TYPE",
            f"{name} has no field that all of {where} know: give them one in common",
            subgraphs=[member.name for member in members],
            coordinate=name,
        )


def _check_optional(coordinate: str, name: str, field_name: str, members: Sequence[Member], report: Report) -> None:
    needing, lacking = [], []
    for member in members:
        found = member.subgraph.types[name].inputs.get(field_name)
        if found is None:
            lacking.append(member.name)
        elif found.required:
            needing.append(member.name)
    if needing:
        where = listing([report.where(subgraph, coordinate) for subgraph in needing])
        without = listing([report.where(subgraph, coordinate) for subgraph in lacking])
        report.error(
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            f"{coordinate} is required in {where} and missing in {without}: add it there, or make it optional",
            subgraphs=[*needing, *lacking],
            coordinate=coordinate,
        )
