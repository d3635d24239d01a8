"""Whether one subgraph's SDL is valid GraphQL, with the federation directives it may use put in."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    build_ast_schema,
    parse,
    print_ast,
    specified_scalar_types,
    validate_schema,
)
from graphql.validation import PossibleTypeExtensionsRule
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validate import validate_sdl

from .elements import Argument, Element, Kind, named
from .errors import Report
from .links import Links
from .specs import DIRECTIVES, FEDERATION_TYPES
from .subgraph import Subgraph
from .values import Misfit, fit

_RULES = [rule for rule in specified_sdl_rules if rule is not PossibleTypeExtensionsRule]
_DEFINITIONS: dict[type[TypeExtensionNode], type[TypeDefinitionNode]] = {
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
}
_LINK = "directive @{name}(url: String, as: String, for: {ns}__Purpose, import: [{ns}__Import]) repeatable on SCHEMA"


def check_grammar(document: DocumentNode, links: Links, names: dict[str, str]) -> list[GraphQLError]:
    """What makes the SDL invalid GraphQL, apart from values (see ``check_values``)."""
    own = DocumentNode(definitions=tuple(_as_specified(document, links, names)))
    whole = DocumentNode(definitions=(*_with_bases(own), *_provided(own, links, names)))
    faults = validate_sdl(whole, None, _RULES)
    if faults:
        return faults
    schema = build_ast_schema(whole, assume_valid_sdl=True)
    return [fault for fault in validate_schema(schema) if not _is_no_fault_here(fault)]


def _is_no_fault_here(fault: GraphQLError) -> bool:
    """A subgraph may have no Query, the supergraph must have one; defaults are held against types elsewhere."""
    return (
        fault.message in ("Query root type must be provided.", "Type Query must define one or more fields.")
        or " has invalid default value: " in fault.message
        or fault.message.endswith("must not be deprecated.")  # a rule younger than most schemas
    )


def _as_specified(document: DocumentNode, links: Links, names: dict[str, str]) -> Iterator[DefinitionNode]:
    """The subgraph's own definitions of federation directives as the specification has them, on its locations.

    One that uses a type that is nowhere defined stays as it is, to be reported.
    """
    types = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in names:
            used = {named(print_ast(argument.type)) for argument in node.arguments or ()}
            if used <= types | set(specified_scalar_types):
                locations = [location.value for location in node.locations]
                text, scalars = _definition(node.name.value, names[node.name.value], links, locations)
                yield from _parsed("\n".join([text, *(f"scalar {name}" for name in sorted(scalars - types))]))
                types |= scalars
                continue
        yield node


def _with_bases(document: DocumentNode) -> Iterator[DefinitionNode]:
    """The definitions, where the first ``extend type T`` of a type without definition becomes the definition."""
    bases = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    for node in document.definitions:
        if isinstance(node, TypeExtensionNode) and node.name.value not in bases:
            bases.add(node.name.value)
            slots = {key: getattr(node, key) for key in node.keys if hasattr(node, key)}
            yield _DEFINITIONS[type(node)](**{**slots, "loc": node.loc})
        else:
            yield node


def _provided(document: DocumentNode, links: Links, names: dict[str, str]) -> Iterator[DefinitionNode]:
    """The definitions of the federation and link directives, and their scalars, that the SDL does not write out."""
    types = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    directives = {node.name.value for node in document.definitions if isinstance(node, DirectiveDefinitionNode)}
    lines = []
    link = links.link_name
    if link not in directives:
        lines.append(_LINK.format(name=link, ns=link))
        lines += [f"scalar {link}__{name}" for name in ("Import", "Purpose") if f"{link}__{name}" not in types]
    scalars = set()
    for local, name in names.items():
        if local not in directives and (not links.federation or name in DIRECTIVES):
            text, used = _definition(local, name, links, DIRECTIVES[name].locations_in(links.version))
            lines.append(text)
            scalars |= used
    lines += [f"scalar {name}" for name in sorted(scalars - types)]
    if links.federation is not None:
        spare = {links.federation.type(name) for name in FEDERATION_TYPES} - types - scalars
        lines += [f"scalar {name}" for name in sorted(spare)]
    return iter(_parsed("\n".join(lines)) if lines else ())


@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[DefinitionNode, ...]:
    """Most subgraphs import the same few directives."""
    return tuple(parse(text, no_location=True).definitions)


def _definition(local: str, name: str, links: Links, locations: Sequence[str]) -> tuple[str, set[str]]:
    """The SDL of a federation directive under its name here, and the federation scalars that it uses."""
    spec = DIRECTIVES[name]
    scalars = set()
    arguments = []
    for argument, type_, default in spec.arguments_in(max(links.version, (2, 0))):
        bare = type_.strip("[]!")
        if bare in FEDERATION_TYPES:
            here = links.federation.type(bare) if links.federation else "_FieldSet"
            scalars.add(here)
            type_ = type_.replace(bare, here)
        if name in ("key", "requires", "provides") and not links.federation:
            type_ = "_Any"
            scalars = {"_Any"}
        arguments.append(f"{argument}: {type_}" + (f" = {default}" if default else ""))
    takes = f"({', '.join(arguments)})" if arguments else ""
    repeatable = " repeatable" if spec.repeatable_in(links.version) else ""
    return f"directive @{local}{takes}{repeatable} on {' | '.join(locations)}", scalars


def check_values(subgraph: Subgraph, report: Report) -> None:
    """Defaults must be values of their types; those that fit are stored as such (``"A"`` as the enum value A)."""
    for definition in subgraph.types.values():
        if definition.kind is Kind.INPUT:
            for argument in definition.inputs.values():
                _check_default(subgraph, argument, f"{definition.name}.{argument.name}", report)
        for field in definition.fields.values():
            for argument in field.arguments.values():
                coordinate = f"{definition.name}.{field.name}({argument.name}:)"
                _check_default(subgraph, argument, coordinate, report)
    for element, coordinate in _elements(subgraph):
        _check_applied(subgraph, element, coordinate, report)


def _check_default(subgraph: Subgraph, argument: Argument, coordinate: str, report: Report) -> None:
    if argument.default is None:
        return
    try:
        argument.default = fit(argument.default, argument.type, subgraph.types)
    except Misfit as misfit:
        report.error(
            "INVALID_GRAPHQL",
            f"the default of {coordinate} in {report.where(subgraph.name, coordinate)} is no {misfit.type}",
            subgraphs=[subgraph.name],
            coordinate=coordinate,
        )


def _check_applied(subgraph: Subgraph, element: Element, coordinate: str, report: Report) -> None:
    for directive in element.directives:
        definition = subgraph.directives.get(directive.name)
        if definition is None:
            continue
        for name, value in directive.args.items():
            try:
                if name in definition.arguments:
                    directive.args[name] = fit(value, definition.arguments[name].type, subgraph.types)
            except Misfit as misfit:
                report.error(
                    "INVALID_GRAPHQL",
                    f"{coordinate} in {report.where(subgraph.name, coordinate)} gives @{directive.name}"
                    f"({name}:) a value that is no {misfit.type}",
                    subgraphs=[subgraph.name],
                    coordinate=coordinate,
                )


def _elements(subgraph: Subgraph) -> Iterator[tuple[Element, str]]:
    for definition in subgraph.types.values():
        yield definition, definition.name
        for field in definition.fields.values():
            yield field, f"{definition.name}.{field.name}"
            for argument in field.arguments.values():
                yield argument, f"{definition.name}.{field.name}({argument.name}:)"
        for argument in definition.inputs.values():
            yield argument, f"{definition.name}.{argument.name}"
        for value in definition.values.values():
            yield value, f"{definition.name}.{value.name}"
