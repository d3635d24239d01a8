"""@context and @fromContext within one subgraph: names, places, and what is selected from a context."""

import re
from collections.abc import Iterator, Sequence

from .context import parse_reference
from .context_selections import check_selection
from .elements import Argument, DirectiveDef, Field, Kind, TypeDef, all_applied, applied, text_of
from .subgraph import Subgraph

Fault = tuple[str, str, str]
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def check_contexts(subgraph: Subgraph) -> Iterator[Fault]:
    """(code, coordinate, fault) for each misuse in the subgraph."""
    setters: dict[str, list[TypeDef]] = {}
    for definition in subgraph.types.values():
        for context in all_applied(definition, "context"):
            name = text_of(context, "name") or ""
            setters.setdefault(name, []).append(definition)
            if not _NAME.fullmatch(name):
                yield "CONTEXT_NAME_INVALID", definition.name, f'sets the context "{name}": use letters and digits only'
    for directive in subgraph.directives.values():
        yield from _of_directive(directive)
    for definition in subgraph.types.values():
        for field in definition.fields.values():
            for argument in field.arguments.values():
                if applied(argument, "fromContext"):
                    at = f"{definition.name}.{field.name}({argument.name}:)"
                    for code, fault in _of_argument(subgraph, definition, field, argument, setters):
                        yield code, at, fault


def _of_directive(directive: DirectiveDef) -> Iterator[Fault]:
    for argument in directive.arguments.values():
        if applied(argument, "fromContext"):
            fault = "is an argument of a directive, which no context fills in: remove @fromContext"
            yield "CONTEXT_NOT_SET", f"@{directive.name}({argument.name}:)", fault


def _of_argument(
    subgraph: Subgraph, owner: TypeDef, field: Field, argument: Argument, setters: dict[str, list[TypeDef]]
) -> Iterator[tuple[str, str]]:
    if owner.kind is not Kind.OBJECT:
        yield "CONTEXT_NOT_SET", "is of an interface's field: move @fromContext to the types that implement it"
        return
    for interface in owner.interfaces:
        if field.name in subgraph.fields(interface):
            fault = f"is of a field that implements {interface}.{field.name}: no context fills in such a field"
            yield "CONTEXT_NOT_SET", fault
    if argument.default is not None:
        yield "CONTEXT_NOT_SET", "has a default, and a context fills it in: remove one of the two"
    directive = applied(argument, "fromContext")
    written = (text_of(directive, "field") if directive else None) or ""
    reference = parse_reference(written)
    if reference is None or not reference[1]:
        yield "NO_CONTEXT_IN_SELECTION", f'takes "{written}": write it as "$context {{ field }}"'
        return
    context, selection = reference
    if context in setters:
        for fault in check_selection(subgraph, argument, selection, setters[context]):
            yield "CONTEXT_INVALID_SELECTION", f'takes "{written}", {fault}'
    else:
        yield "CONTEXT_NOT_SET", f'takes from the context "{context}", which no type here sets: add @context to one'
    if not _is_entity(owner):
        fault = f"takes from a context, and {owner.name} has no resolvable @key: give it one"
        yield "CONTEXT_NO_RESOLVABLE_KEY", fault


def _is_entity(owner: TypeDef) -> bool:
    keys: Sequence[object] = [key.args.get("resolvable") for key in all_applied(owner, "key")]
    return any(getattr(resolvable, "value", True) for resolvable in keys)
