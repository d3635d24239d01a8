"""Arguments of fields: those that every subgraph knows, with types and defaults that agree."""

from collections.abc import Sequence

from .context import is_contextual
from .directives import Kept, merge_applied
from .elements import Argument, Field
from .errors import Report, listing
from .subtypes import narrowest
from .supergraph import Member, Supergraph
from .texts import merge_defaults, merge_descriptions


def merge_arguments(
    supergraph: Supergraph, coordinate: str, sources: Sequence[tuple[Member, Field]], kept: Kept, report: Report
) -> dict[str, Argument]:
    """An argument that some subgraph lacks is left out; if another needs it, that is an error."""
    names = dict.fromkeys(name for _, field in sources for name in field.arguments)
    merged = {}
    for name in names:
        having = [(member, field.arguments[name]) for member, field in sources if name in field.arguments]
        if any(is_contextual(argument) for _, argument in having):
            _check_contextual(coordinate, name, having, report)
        elif len(having) == len(sources):
            at = f"{coordinate}({name}:)"
            merged[name] = merge_inputs_of(supergraph, at, "FIELD_ARGUMENT", having, kept, report)
        else:
            _check_optional(coordinate, name, having, sources, report)
    return merged


def _check_contextual(coordinate: str, name: str, having: Sequence[tuple[Member, Argument]], report: Report) -> None:
    """Clients do not see an argument that some subgraph takes from a context, so no other may need it from them."""
    contextual = [member.name for member, argument in having if is_contextual(argument)]
    needing = [member.name for member, argument in having if argument.required and not is_contextual(argument)]
    if needing:
        report.error(
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
            f"{coordinate}({name}:) is taken from a context in {_places(coordinate, contextual, report)} and required "
            f"in {_places(coordinate, needing, report)}: take it from a context there too, or make it optional",
            subgraphs=[*contextual, *needing],
            coordinate=f"{coordinate}({name}:)",
        )


def _check_optional(
    coordinate: str,
    name: str,
    having: Sequence[tuple[Member, Argument]],
    sources: Sequence[tuple[Member, Field]],
    report: Report,
) -> None:
    lacking = [member.name for member, field in sources if name not in field.arguments]
    needing = [member.name for member, argument in having if argument.required]
    if needing:
        report.error(
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            f"{coordinate}({name}:) is required in {_places(coordinate, needing, report)} and missing in "
            f"{_places(coordinate, lacking, report)}: add it there, or make it optional",
            subgraphs=[*needing, *lacking],
            coordinate=f"{coordinate}({name}:)",
        )
    else:
        report.hint(
            "INCONSISTENT_ARGUMENT_PRESENCE",
            f"{coordinate}({name}:) is left out, as {listing(lacking)} does not have it",
            f"{coordinate}({name}:)",
        )


def _places(coordinate: str, subgraphs: Sequence[str], report: Report) -> str:
    return listing([report.where(subgraph, coordinate) for subgraph in subgraphs])


def merge_inputs_of(
    supergraph: Supergraph,
    coordinate: str,
    code: str,
    sources: Sequence[tuple[Member, Argument]],
    kept: Kept,
    report: Report,
) -> Argument:
    """One argument or input field. ``code`` begins the error codes: FIELD_ARGUMENT, INPUT_FIELD."""
    arguments = [argument for _, argument in sources]
    names = [member.name for member, _ in sources]
    type_ = _type(supergraph, coordinate, code, sources, report)
    default, contradiction = merge_defaults([argument.default for argument in arguments])
    if contradiction:
        report.error(
            f"{code}_DEFAULT_MISMATCH",
            f"{coordinate} has different defaults in {_places(coordinate, names, report)}: give it one",
            subgraphs=names,
            coordinate=coordinate,
        )
    return Argument(
        arguments[0].name,
        type_,
        default,
        merge_descriptions(argument.description for argument in arguments),
        merge_applied(list(sources), coordinate, kept, report),
    )


def _type(
    supergraph: Supergraph,
    coordinate: str,
    code: str,
    sources: Sequence[tuple[Member, Argument]],
    report: Report,
) -> str:
    type_ = narrowest(supergraph, [argument.type for _, argument in sources])
    if type_ is not None:
        return type_
    said = [f'"{a.type}" in {report.where(member.name, coordinate)}' for member, a in sources]
    report.error(
        "FIELD_TYPE_MISMATCH" if code == "INPUT_FIELD" else f"{code}_TYPE_MISMATCH",
        f"{coordinate} is {listing(said)}: give it one type",
        subgraphs=[member.name for member, _ in sources],
        coordinate=coordinate,
    )
    return sources[0][1].type
