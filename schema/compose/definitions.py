"""Federation directives that a subgraph writes out itself must be defined as the specification says."""

from graphql import DirectiveDefinitionNode, DocumentNode, TypeDefinitionNode, print_ast, specified_scalar_types

from .elements import named, nullable
from .errors import Report
from .links import Links
from .specs import DIRECTIVES, FEDERATION_TYPES, DirectiveSpec


def check_definitions(
    subgraph: str, document: DocumentNode, links: Links, names: dict[str, str], report: Report
) -> set[str]:
    """Report DIRECTIVE_DEFINITION_INVALID and TYPE_DEFINITION_INVALID; return the directives, without their @."""
    faulty = set()
    types = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    types |= set(specified_scalar_types)
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in names:
            if not _used_types(node) <= types:
                continue  # which is the one thing to say of it, and is said where grammar is checked
            spec = DIRECTIVES[names[node.name.value]]
            fault = _fault(node, spec, links)
            if fault:
                faulty.add(node.name.value)
                report.error(
                    "DIRECTIVE_DEFINITION_INVALID",
                    f"{subgraph} defines @{node.name.value} {fault}: remove the definition, @link brings it",
                    subgraphs=[subgraph],
                    coordinate=f"@{node.name.value}",
                )
    _check_types(subgraph, document, links, report)
    return faulty


def _used_types(node: DirectiveDefinitionNode) -> set[str]:
    return {named(print_ast(argument.type)) for argument in node.arguments or ()}


def _fault(node: DirectiveDefinitionNode, spec: DirectiveSpec, links: Links) -> str | None:
    """What differs from the specification in a way that matters. Fewer locations and arguments are fine."""
    wanted = {argument[0]: argument for argument in spec.arguments}
    given = {argument.name.value: argument for argument in node.arguments or ()}
    for name, argument in given.items():
        if name not in wanted:
            return f'with an argument "{name}" that it does not have'
        _, type_, default = wanted[name]
        written = print_ast(argument.type)
        if not _same_type(written, type_, links):
            return f'with "{name}: {written}" where it is "{name}: {type_}"'
        own = print_ast(argument.default_value) if argument.default_value else None
        if own != default:
            return f'with the default {own or "none"} of "{name}" where it is {default or "none"}'
    for name, (_, type_, default) in wanted.items():
        if name not in given and type_.endswith("!") and default is None:
            return f'without its argument "{name}"'
    if node.repeatable and not spec.repeatable_in(links.version):
        return "as repeatable, which it is not"
    extra = [location.value for location in node.locations if location.value not in spec.locations_in(links.version)]
    return f"on {', '.join(extra)}, where it may not stand" if extra else None


def _same_type(written: str, wanted: str, links: Links) -> bool:
    """Field sets may also be written as String! and [String!]!."""
    bare = wanted.strip("[]!")
    if not wanted.endswith("!"):
        written = nullable(written)  # a subgraph may insist
    if bare not in FEDERATION_TYPES:
        return written == wanted
    if bare == "FieldSet" and written in ("String!", "[String!]!"):
        return True
    here = links.federation.type(bare) if links.federation else f"_{bare}"
    own = bare if links.federation else here
    return written in (wanted.replace(bare, here), wanted.replace(bare, own), wanted.replace(bare, "String"))


def _check_types(subgraph: str, document: DocumentNode, links: Links, report: Report) -> None:
    """FieldSet and its like are scalars; a subgraph that defines them otherwise cannot be read."""
    if links.federation is None:
        return
    local = {links.federation.type(name) for name in FEDERATION_TYPES} | {"FieldSet"}
    for node in document.definitions:
        if not isinstance(node, TypeDefinitionNode) or node.kind == "scalar_type_definition":
            continue
        if node.name.value in local:
            report.error(
                "TYPE_DEFINITION_INVALID",
                f'{subgraph} defines "{node.name.value}" as something else than the scalar it is in federation',
                subgraphs=[subgraph],
                coordinate=node.name.value,
            )
