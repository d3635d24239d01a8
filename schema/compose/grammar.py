"""Whether one subgraph's SDL is valid GraphQL, with the federation directives it may use put in."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
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

from .elements import Applied, Argument, Kind, every_element, named
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
#: federation 1 subgraphs may name this scalar without defining it
_ANY = "_Any"
_UNNAMED = "_GivenByLink"
_LINK = "directive @{name}(url: String, as: String, for: {ns}__Purpose, import: [{ns}__Import]) repeatable on SCHEMA"


def check_grammar(document: DocumentNode, links: Links, names: dict[str, str]) -> list[GraphQLError]:
    """What makes the SDL invalid GraphQL, apart from values (see ``check_values``)."""
    own = DocumentNode(definitions=tuple(_as_specified(document, links, names)))
    whole = DocumentNode(definitions=(*_with_bases(own), *_provided(own, links, names)))
    faults = validate_sdl(whole, None, _RULES)
    if faults:
        return faults
    try:
        found = validate_schema(build_ast_schema(whole, assume_valid_sdl=True))
    except (GraphQLError, TypeError) as fault:  # a schema that cannot even be put together
        return [fault if isinstance(fault, GraphQLError) else GraphQLError(str(fault))]
    return [fault for fault in found if not _is_no_fault_here(fault)]


def _is_no_fault_here(fault: GraphQLError) -> bool:
    """A subgraph may have no Query, the supergraph must have one; defaults are held against types elsewhere."""
    return (
        fault.message in ("Query root type must be provided.", "Type Query must define one or more fields.")
        or " has invalid default value: " in fault.message
        or fault.message.endswith("must not be deprecated.")  # these two rules are younger than most schemas
        or fault.message.startswith("OneOf input field ")
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
                given = [argument.name.value for argument in node.arguments or ()]
                text, scalars = _definition(node.name.value, names[node.name.value], links, locations, given)
                if not node.repeatable:
                    text = text.replace(" repeatable on ", " on ")
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
            for scalar in used - types - {_ANY}:  # what the SDL names, it must define: the scalar is not there for it
                text = re.sub(rf": (\[*){scalar}\b", rf": \1{_UNNAMED}", text)
            scalars |= {scalar if scalar == _ANY else _UNNAMED for scalar in used - types}
            lines.append(text)
    lines += [f"scalar {name}" for name in sorted(scalars)]
    return iter(_parsed("\n".join(lines)) if lines else ())


@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[DefinitionNode, ...]:
    """Most subgraphs import the same few directives."""
    return tuple(parse(text, no_location=True).definitions)


def _definition(
    local: str, name: str, links: Links, locations: Sequence[str], given: Sequence[str] | None = None
) -> tuple[str, set[str]]:
    """The SDL of a federation directive under its name here, and the federation scalars that it uses.

    ``given``: the arguments that the subgraph's own definition has; None for all.
    """
    spec = DIRECTIVES[name]
    scalars = set()
    arguments = []
    for argument, type_, default in spec.arguments_in(max(links.version, (2, 0))):
        if given is not None and argument not in given:
            continue
        bare = type_.strip("[]!")
        if bare in FEDERATION_TYPES:
            here = links.federation.type(bare) if links.federation else "_FieldSet"
            scalars.add(here)
            type_ = type_.replace(bare, here)
        if name in ("key", "requires", "provides") and not links.federation:
            type_ = f"{_ANY}!"
            scalars = {_ANY}
        arguments.append(f"{argument}: {type_}" + (f" = {default}" if default else ""))
    takes = f"({', '.join(arguments)})" if arguments else ""
    repeatable = " repeatable" if spec.repeatable_in(links.version) else ""
    return f"directive @{local}{takes}{repeatable} on {' | '.join(locations)}", scalars


def check_values(subgraph: Subgraph, faulty: Collection[str], report: Report) -> None:
    """Defaults must be values of their types; those that fit are stored as such (``"A"`` as the enum value A).

    Applications of ``faulty`` directives, whose definitions cannot be trusted, are left alone.
    """
    for definition in subgraph.types.values():
        if definition.kind is Kind.INPUT:
            for argument in definition.inputs.values():
                _check_default(subgraph, argument, f"{definition.name}.{argument.name}", report)
        for field in definition.fields.values():
            for argument in field.arguments.values():
                coordinate = f"{definition.name}.{field.name}({argument.name}:)"
                _check_default(subgraph, argument, coordinate, report)
    for element, coordinate in every_element(subgraph.types.values()):
        _check_applied(subgraph, element.directives, coordinate, faulty, report)
    _check_applied(subgraph, subgraph.applied, "schema", faulty, report)


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


def _check_applied(
    subgraph: Subgraph, directives: Iterable[Applied], coordinate: str, faulty: Collection[str], report: Report
) -> None:
    for directive in directives:
        if directive.name in faulty:
            continue
        types = _argument_types(subgraph, directive)
        for name, value in directive.args.items():
            try:
                if name in types:
                    directive.args[name] = fit(value, types[name], subgraph.types)
            except Misfit as misfit:
                report.error(
                    "INVALID_GRAPHQL",
                    f"{coordinate} in {report.where(subgraph.name, coordinate)} gives @{directive.name}"
                    f"({name}:) a value that is no {misfit.type}",
                    subgraphs=[subgraph.name],
                    coordinate=coordinate,
                )


def _argument_types(subgraph: Subgraph, directive: Applied) -> dict[str, str]:
    """By name; without those of field sets and the like, of which more is to say than that they are no text."""
    definition = subgraph.directives.get(directive.name)
    if definition is not None:
        return {name: argument.type for name, argument in definition.arguments.items()}
    if directive.spec is None:
        return {}
    return {
        name: type_ for name, type_, _ in DIRECTIVES[directive.spec].arguments if named(type_) not in FEDERATION_TYPES
    }
