"""The supergraph as SDL: sorted by name, so that one schema is always one text."""

from collections.abc import Iterable, Iterator, Sequence

from graphql.language.block_string import print_block_string

from .composed import ComposedDirective
from .directives import Kept
from .elements import Applied, Argument, DirectiveDef, EnumValue, Field, Kind, TypeDef, value_text
from .join_spec import CARRIED_LINKS, carried_definition, join_definitions, join_version, spec_url
from .links import Version
from .supergraph import Supergraph
from .texts import quoted


def print_supergraph(supergraph: Supergraph, kept: Kept) -> str:
    """The whole SDL, ending in a newline."""
    version = join_version(max((m.subgraph.links.version for m in supergraph.members), default=(1, 0)))
    carried = sorted(kept.used & CARRIED_LINKS.keys())
    blocks = [_schema(supergraph, kept, carried, version), *join_definitions(version)]
    blocks.append(_graphs(supergraph))
    for spec in _with_siblings(carried):
        blocks += carried_definition(spec, kept.names.get(spec, spec))
    for name in sorted(supergraph.directives):
        blocks.append(_directive(supergraph.directives[name]))
    for name in sorted(supergraph.types):
        blocks.append(_type(supergraph, supergraph.types[name]))
    return "\n".join(blocks)


def _with_siblings(carried: Iterable[str]) -> list[str]:
    """A specification comes whole: with @cost comes @listSize."""
    specs = {CARRIED_LINKS[spec][0] for spec in carried}
    return [spec for spec, (name, _, _) in CARRIED_LINKS.items() if name in specs]


def _schema(supergraph: Supergraph, kept: Kept, carried: Sequence[str], version: Version) -> str:
    lines = [
        f'@link(url: "{spec_url("link", "v1.0")}")',
        f'@link(url: "{spec_url("join", f"v{version[0]}.{version[1]}")}", for: EXECUTION)',
        *_carried_links(kept, carried),
        *_composed_links(kept.composed.values()),
        *(directive.text for directive in supergraph.applied),
    ]
    roots = [op for op in ("query", "mutation", "subscription") if op.capitalize() in supergraph.types]
    body = "".join(f"  {operation}: {operation.capitalize()}\n" for operation in roots)
    marks = "".join(f"  {line}\n" for line in lines)
    return f"{_description(supergraph.description)}schema\n{marks}{{\n{body}}}\n"


def _carried_links(kept: Kept, carried: Sequence[str]) -> Iterator[str]:
    """@link of each specification used; names that are not its usual ones are imported."""
    done = set()
    for spec in carried:
        name, version, purpose = CARRIED_LINKS[spec]
        if name in done:
            continue
        done.add(name)
        here = {other: kept.names.get(other, other) for other in carried if CARRIED_LINKS[other][0] == name}
        imports = [
            f'"@{other}"' if other == local else f'{{name: "@{other}", as: "@{local}"}}'
            for other, local in here.items()
            if other != name or local != name
        ]
        imported = f", import: [{', '.join(imports)}]" if imports else ""
        purposed = f", for: {purpose}" if purpose else ""
        yield f'@link(url: "{spec_url(name, version)}"{imported}{purposed})'


def _composed_links(composed: Iterable[ComposedDirective]) -> Iterator[str]:
    by_identity: dict[str, dict[str, ComposedDirective]] = {}
    for directive in composed:
        by_identity.setdefault(directive.link.identity, {})[directive.name] = directive
    for several in by_identity.values():
        newest = max((directive.link for directive in several.values()), key=lambda link: link.version)
        imports = [
            f'"@{d.name}"' if d.name == d.element else f'{{name: "@{d.element}", as: "@{d.name}"}}'
            for d in several.values()
        ]
        yield f"@link(url: {quoted(newest.url)}, import: [{', '.join(imports)}])"


def _graphs(supergraph: Supergraph) -> str:
    values = "".join(
        f"  {m.graph} @join__graph(name: {quoted(m.name)}, url: {quoted(m.subgraph.url)})\n" for m in supergraph.members
    )
    return f"enum join__Graph {{\n{values}}}\n"


def _directive(definition: DirectiveDef) -> str:
    repeatable = " repeatable" if definition.repeatable else ""
    return (
        f"{_description(definition.description)}directive @{definition.name}"
        f"{_arguments(definition.arguments.values(), '')}{repeatable} on {' | '.join(definition.locations)}\n"
    )


def _type(supergraph: Supergraph, definition: TypeDef) -> str:
    marks = [*supergraph.joins.get(definition.name, ()), *(d.text for d in definition.directives)]
    implements = f" implements {' & '.join(definition.interfaces)}" if definition.interfaces else ""
    head = f"{_description(definition.description)}{definition.kind} {definition.name}{implements}\n"
    head += "".join(f"  {mark}\n" for mark in marks)
    match definition.kind:
        case Kind.SCALAR:
            return head
        case Kind.UNION:
            return f"{head}  = {' | '.join(definition.members)}\n"
        case Kind.ENUM:
            values = (_value(supergraph, definition, value) for value in definition.values.values())
            return f"{head}{{\n{chr(10).join(values)}\n}}\n"
        case Kind.INPUT:
            inputs = (_input(supergraph, definition, argument) for argument in definition.inputs.values())
            return f"{head}{{\n{chr(10).join(inputs)}\n}}\n"
        case _:
            fields = (_field(supergraph, definition, field) for field in definition.fields.values())
            return f"{head}{{\n{chr(10).join(fields)}\n}}\n"


def _field(supergraph: Supergraph, owner: TypeDef, field: Field) -> str:
    return (
        f"{_description(field.description, '  ')}  {field.name}{_arguments(field.arguments.values(), '  ')}: "
        f"{field.type}{_marks(supergraph, owner.name, field.name, field.directives)}"
    )


def _value(supergraph: Supergraph, owner: TypeDef, value: EnumValue) -> str:
    marks = _marks(supergraph, owner.name, value.name, value.directives)
    return f"{_description(value.description, '  ')}  {value.name}{marks}"


def _input(supergraph: Supergraph, owner: TypeDef, argument: Argument) -> str:
    marks = _marks(supergraph, owner.name, argument.name, ())
    return f"{_description(argument.description, '  ')}  {_argument(argument, marks)}"


def _arguments(arguments: Iterable[Argument], indent: str) -> str:
    said = list(arguments)
    if not said:
        return ""
    if not any(argument.description for argument in said):
        return f"({', '.join(_argument(argument) for argument in said)})"
    inner = f"{indent}  "
    lines = (f"{_description(argument.description, inner)}{inner}{_argument(argument)}" for argument in said)
    return "(\n" + "\n".join(lines) + f"\n{indent})"


def _argument(argument: Argument, marks: str = "") -> str:
    default = f" = {value_text(argument.default)}" if argument.default is not None else ""
    directives = "".join(f" {directive.text}" for directive in argument.directives)
    return f"{argument.name}: {argument.type}{default}{marks}{directives}"


def _marks(supergraph: Supergraph, owner: str, name: str, directives: Iterable[Applied]) -> str:
    texts = [*supergraph.joins.get(f"{owner}.{name}", ()), *(directive.text for directive in directives)]
    return "".join(f" {text}" for text in texts)


def _description(text: str | None, indent: str = "") -> str:
    if not text:
        return ""
    return "".join(f"{indent}{line}\n" if line else "\n" for line in print_block_string(text).split("\n"))
