"""A subgraph as the composer sees it: its types with extensions folded in, and what each directive means."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

from .elements import Applied, Argument, DirectiveDef, EnumValue, Field, Kind, TypeDef, applied, named
from .links import Links

ROOTS = ("query", "mutation", "subscription")
_KINDS: dict[type[Node], Kind] = {
    ScalarTypeDefinitionNode: Kind.SCALAR,
    ScalarTypeExtensionNode: Kind.SCALAR,
    ObjectTypeDefinitionNode: Kind.OBJECT,
    ObjectTypeExtensionNode: Kind.OBJECT,
    InterfaceTypeDefinitionNode: Kind.INTERFACE,
    InterfaceTypeExtensionNode: Kind.INTERFACE,
    UnionTypeDefinitionNode: Kind.UNION,
    UnionTypeExtensionNode: Kind.UNION,
    EnumTypeDefinitionNode: Kind.ENUM,
    EnumTypeExtensionNode: Kind.ENUM,
    InputObjectTypeDefinitionNode: Kind.INPUT,
    InputObjectTypeExtensionNode: Kind.INPUT,
}


@dataclass(slots=True)
class Subgraph:
    """``names`` maps a directive's name here to its federation name; ``roots`` an operation to its type here."""

    name: str
    url: str
    links: Links
    names: dict[str, str]
    types: dict[str, TypeDef] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    directives: dict[str, DirectiveDef] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    description: str | None = None

    @property
    def federation_1(self) -> bool:
        return self.links.federation is None

    def fields(self, type_name: str) -> dict[str, Field]:
        """The fields of the type, none where the subgraph does not have it."""
        found = self.types.get(type_name)
        return found.fields if found else {}

    def is_composite(self, type_: str) -> bool:
        """Whether a value of the type has fields here; ``type_`` as in SDL, ``[Ward!]``."""
        found = self.types.get(named(type_))
        return found is not None and found.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)

    def possible(self, type_name: str) -> list[str]:
        """The object types that a value of the type can be in this subgraph."""
        found = self.types.get(type_name)
        if found is None:
            return []
        if found.kind is Kind.UNION:
            return found.members
        if found.kind is Kind.INTERFACE:
            return [t.name for t in self.types.values() if t.kind is Kind.OBJECT and type_name in t.interfaces]
        return [type_name] if found.kind is Kind.OBJECT else []

    def is_interface_object(self, type_name: str) -> bool:
        found = self.types.get(type_name)
        return found is not None and applied(found, "interfaceObject") is not None


def read_subgraph(name: str, url: str, document: DocumentNode, links: Links, names: dict[str, str]) -> Subgraph:
    """The values of a parsed and valid SDL."""
    subgraph = Subgraph(name, url, links, names)
    for block, node in enumerate(document.definitions):
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            _read_schema(subgraph, node)
        elif isinstance(node, DirectiveDefinitionNode):
            subgraph.directives[node.name.value] = _directive_def(node, names)
        elif isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            _read_type(subgraph, node, block)
    for operation in ROOTS:
        default = operation.capitalize()
        if operation not in subgraph.roots and default in subgraph.types:
            subgraph.roots[operation] = default
    return subgraph


def _read_schema(subgraph: Subgraph, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
    subgraph.applied += _directives(node.directives, subgraph.names, isinstance(node, SchemaExtensionNode))
    if isinstance(node, SchemaDefinitionNode):
        subgraph.description = _text(node.description)
    for operation in node.operation_types or ():
        subgraph.roots[operation.operation.value] = operation.type.name.value


def _read_type(subgraph: Subgraph, node: TypeDefinitionNode | TypeExtensionNode, block: int) -> None:
    extension = isinstance(node, TypeExtensionNode)
    kind = _KINDS[type(node)]
    name = node.name.value
    definition = subgraph.types.setdefault(name, TypeDef(name, kind))
    if extension:
        definition.extended = True
    else:
        definition.defined = True
        definition.description = _text(getattr(node, "description", None))
    if node.loc and not definition.line:
        definition.line = node.loc.start_token.line
    names = subgraph.names
    directives = _directives(node.directives, names, extension)
    definition.directives += directives
    _read_members(definition, node, names, block, directives)


def _read_members(
    definition: TypeDef,
    node: TypeDefinitionNode | TypeExtensionNode,
    names: dict[str, str],
    block: int,
    on_block: list[Applied],
) -> None:
    match definition.kind:
        case Kind.OBJECT | Kind.INTERFACE:
            # @shareable and @external on a block hold for the fields of that block alone
            inherited = [d for d in on_block if d.spec in ("shareable", "external")]
            for item in getattr(node, "fields", None) or ():
                definition.fields[item.name.value] = _field(item, names, block, inherited)
            definition.interfaces += [
                interface.name.value
                for interface in getattr(node, "interfaces", None) or ()
                if interface.name.value not in definition.interfaces
            ]
        case Kind.INPUT:
            for item in getattr(node, "fields", None) or ():
                definition.inputs[item.name.value] = _argument(item, names)
        case Kind.UNION:
            members = [member.name.value for member in getattr(node, "types", None) or ()]
            definition.members += [member for member in members if member not in definition.members]
        case Kind.ENUM:
            for value in getattr(node, "values", None) or ():
                directives = _directives(value.directives, names)
                definition.values[value.name.value] = EnumValue(value.name.value, _text(value.description), directives)
        case Kind.SCALAR:
            pass


def _field(node: FieldDefinitionNode, names: dict[str, str], block: int, inherited: list[Applied]) -> Field:
    directives = _directives(node.directives, names)
    own = {directive.spec for directive in directives}
    directives += [Applied(d.name, d.args, d.spec, True) for d in inherited if d.spec not in own]
    return Field(
        node.name.value,
        _type_text(node.type),
        {argument.name.value: _argument(argument, names) for argument in node.arguments or ()},
        _text(node.description),
        directives,
        block,
    )


def _argument(node: InputValueDefinitionNode, names: dict[str, str]) -> Argument:
    return Argument(
        node.name.value,
        _type_text(node.type),
        node.default_value,
        _text(node.description),
        _directives(node.directives, names),
    )


def _directives(
    nodes: Iterable[ConstDirectiveNode] | None, names: dict[str, str], extension: bool = False
) -> list[Applied]:
    return [
        Applied(
            node.name.value,
            {argument.name.value: argument.value for argument in node.arguments or ()},
            names.get(node.name.value),
            extension,
        )
        for node in nodes or ()
    ]


def _directive_def(node: DirectiveDefinitionNode, names: dict[str, str]) -> DirectiveDef:
    return DirectiveDef(
        node.name.value,
        {argument.name.value: _argument(argument, names) for argument in node.arguments or ()},
        [location.value for location in node.locations],
        node.repeatable,
        _text(node.description),
    )


def _type_text(node: TypeNode) -> str:
    if isinstance(node, NonNullTypeNode):
        return f"{_type_text(node.type)}!"
    if isinstance(node, ListTypeNode):
        return f"[{_type_text(node.type)}]"
    return node.name.value if isinstance(node, NamedTypeNode) else ""


def _text(node: StringValueNode | None) -> str | None:
    return node.value if node and node.value else None
