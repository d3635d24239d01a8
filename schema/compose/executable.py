"""Directives for queries that all subgraphs define alike."""

from collections.abc import Iterable

from .composed import EXECUTABLE, ComposedDirective
from .elements import Argument, DirectiveDef
from .errors import Report, listing
from .subtypes import narrowest
from .supergraph import Supergraph
from .texts import merge_defaults, merge_descriptions


def merge_executable(supergraph: Supergraph, composed: Iterable[ComposedDirective], report: Report) -> None:
    """Keep a directive on the query locations, with the arguments, that every subgraph gives it."""
    done = {directive.name for directive in composed} | {"skip", "include"}
    first = supergraph.members[0].subgraph.directives if supergraph.members else {}
    for name in first:
        definitions = [member.subgraph.directives.get(name) for member in supergraph.members]
        present = [definition for definition in definitions if definition is not None]
        if name in done or len(present) < len(definitions):
            continue
        locations = [
            location
            for location in present[0].locations
            if location in EXECUTABLE and all(location in other.locations for other in present)
        ]
        if locations:
            supergraph.directives[name] = DirectiveDef(
                name,
                _arguments(supergraph, name, present, report),
                locations,
                any(definition.repeatable for definition in present),
                merge_descriptions(definition.description for definition in present),
            )


def _arguments(
    supergraph: Supergraph, name: str, definitions: list[DirectiveDef], report: Report
) -> dict[str, Argument]:
    merged = {}
    for argument in definitions[0].arguments:
        sources = [definition.arguments.get(argument) for definition in definitions]
        present = [source for source in sources if source is not None]
        if len(present) < len(sources):
            continue
        type_ = narrowest(supergraph, [source.type for source in present])
        if type_ is None:
            said = [
                f'"{source.type}" in {member.name}' for member, source in zip(supergraph.members, present, strict=True)
            ]
            report.error(
                "FIELD_ARGUMENT_TYPE_MISMATCH",
                f'the argument "{argument}" of @{name} is {listing(said)}: give it one type',
                subgraphs=[member.name for member in supergraph.members],
                coordinate=f"@{name}({argument}:)",
            )
            continue
        default, _ = merge_defaults([source.default for source in present])
        description = merge_descriptions(source.description for source in present)
        merged[argument] = Argument(argument, type_, default, description)
    return merged
