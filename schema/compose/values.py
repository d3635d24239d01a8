"""Values in SDL - defaults and directive arguments - held against the type they are given for."""

from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from .elements import Kind, TypeDef, is_list, list_item, named

_INT_MAX = 2**31 - 1
_SCALARS: dict[str, tuple[type[ValueNode], ...]] = {
    "Int": (IntValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "String": (StringValueNode,),
    "Boolean": (BooleanValueNode,),
    "ID": (StringValueNode, IntValueNode),
}


@dataclass(frozen=True, slots=True)
class Misfit(Exception):  # noqa: N818 - it says what does not fit, and is caught next door
    """The value is not one of the type."""

    type: str


def fit(value: ValueNode, type_: str, types: dict[str, TypeDef]) -> ValueNode:
    """The value as one of ``type_``; a string that names an enum value becomes that value.

    Raises: Misfit.
    """
    if isinstance(value, VariableNode):
        raise Misfit(type_)
    if isinstance(value, NullValueNode):
        if type_.endswith("!"):
            raise Misfit(type_)
        return value
    if is_list(type_):
        if isinstance(value, ListValueNode):
            return ListValueNode(values=tuple(fit(item, list_item(type_), types) for item in value.values))
        return fit(value, list_item(type_), types)
    return _fit_named(value, named(type_), types)


def _fit_named(value: ValueNode, name: str, types: dict[str, TypeDef]) -> ValueNode:
    if name in _SCALARS:
        if not isinstance(value, _SCALARS[name]):
            raise Misfit(name)
        if name == "Int" and isinstance(value, IntValueNode) and not -_INT_MAX - 1 <= int(value.value) <= _INT_MAX:
            raise Misfit(name)
        return value
    definition = types.get(name)
    if definition is not None and definition.kind is Kind.ENUM:
        if isinstance(value, EnumValueNode | StringValueNode) and value.value in definition.values:
            return EnumValueNode(value=value.value)
        raise Misfit(name)
    if definition is not None and definition.kind is Kind.INPUT:
        return _fit_object(value, definition, types)
    return value


def _fit_object(value: ValueNode, definition: TypeDef, types: dict[str, TypeDef]) -> ValueNode:
    if not isinstance(value, ObjectValueNode):
        raise Misfit(definition.name)
    given = {part.name.value: part for part in value.fields}
    if given.keys() - definition.inputs.keys():
        raise Misfit(definition.name)
    return ObjectValueNode(
        fields=tuple(
            ObjectFieldNode(name=part.name, value=fit(part.value, definition.inputs[name].type, types))
            for name, part in given.items()
        )
    )
