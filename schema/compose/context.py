"""@context and @fromContext: arguments that a subgraph is given from a type above, not by clients."""

import re

from graphql import StringValueNode

from .elements import Argument, Field, all_applied, applied
from .supergraph import Member, Supergraph
from .texts import quoted

_FROM = re.compile(r"\s*\$\s*([A-Za-z_]\w*)(.*)", re.DOTALL)


def is_contextual(argument: Argument) -> bool:
    """Whether the argument is filled in by the gateway; clients do not see it."""
    return applied(argument, "fromContext") is not None


def join_contexts(supergraph: Supergraph, member: Member, type_name: str) -> bool:
    """Put the contexts that the member sets on the type into the supergraph; whether there are any."""
    found = all_applied(member.subgraph.types[type_name], "context")
    for context in found:
        value = context.args.get("name")
        name = value.value if isinstance(value, StringValueNode) else ""
        supergraph.join(type_name, f"@context(name: {quoted(_named(member, name))})")
    return bool(found)


def context_arguments(member: Member, field: Field) -> str | None:
    """``contextArguments: [...]`` of the field's join__field, None where it takes nothing from a context."""
    said = []
    for argument in field.arguments.values():
        directive = applied(argument, "fromContext")
        value = directive.args.get("field") if directive else None
        matched = _FROM.fullmatch(value.value) if isinstance(value, StringValueNode) else None
        if matched is not None:
            said.append(
                f"{{context: {quoted(_named(member, matched[1]))}, name: {quoted(argument.name)}, "
                f"type: {quoted(argument.type)}, selection: {quoted(matched[2])}}}"
            )
    return f"contextArguments: [{', '.join(said)}]" if said else None


def _named(member: Member, name: str) -> str:
    """Contexts of different subgraphs are different contexts."""
    return f"{re.sub(r'[^A-Za-z0-9_]', '_', member.name)}__{name}"
