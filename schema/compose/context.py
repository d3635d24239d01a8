"""@context and @fromContext: arguments that a subgraph is given from a type above, not by clients."""

import re

from .elements import Argument, Field, all_applied, applied, text_of
from .supergraph import Member, Supergraph
from .texts import quoted

_IGNORED = r"(?:[\s,\ufeff]|#[^\n\r]*(?=[\n\r]|\Z))*"
_FROM = re.compile(rf"{_IGNORED}\${_IGNORED}([A-Za-z_]\w*)(.*)", re.DOTALL | re.ASCII)


def is_contextual(argument: Argument) -> bool:
    """Whether the argument is filled in by the gateway; clients do not see it."""
    return applied(argument, "fromContext") is not None


def parse_reference(text: str) -> tuple[str, str] | None:
    """``$ward { id }`` -> ("ward", " { id }"), None where no context is named."""
    matched = _FROM.fullmatch(text)
    return (matched[1], matched[2]) if matched else None


def join_contexts(supergraph: Supergraph, member: Member, type_name: str) -> bool:
    """Put the contexts that the member sets on the type into the supergraph; whether there are any."""
    found = all_applied(member.subgraph.types[type_name], "context")
    for context in found:
        name = text_of(context, "name") or ""
        supergraph.join(type_name, f"@context(name: {quoted(_named(member, name))})")
    return bool(found)


def context_arguments(member: Member, field: Field) -> str | None:
    """``contextArguments: [...]`` of the field's join__field, None where it takes nothing from a context."""
    said = []
    for argument in field.arguments.values():
        directive = applied(argument, "fromContext")
        reference = parse_reference(text_of(directive, "field") or "") if directive else None
        if reference is not None:
            said.append(
                f"{{context: {quoted(_named(member, reference[0]))}, name: {quoted(argument.name)}, "
                f"type: {quoted(argument.type)}, selection: {quoted(reference[1])}}}"
            )
    return f"contextArguments: [{', '.join(said)}]" if said else None


def _named(member: Member, name: str) -> str:
    """Contexts of different subgraphs are different contexts."""
    return f"{member.name}__{name}"
