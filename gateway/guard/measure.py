"""What an operation expands to: one memoised pass over the parsed document, each fragment measured once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from gateway.guard.limits import Limits, refusal

SLICING: Final = frozenset({"first", "last"})
_SCHEMA_LISTS: Final = frozenset({"types", "fields", "inputFields", "interfaces", "possibleTypes"})
_CEILING: Final = 1 << 62


class Weight(NamedTuple):
    """What a selection set expands to.

    ``width``: fields at its top. ``depth``: fields below one another. ``height``: selection sets within one another,
    those of fragments too. ``fields``: selections in all, spreads too. ``cost``: values that the answer may hold.
    ``lists``: lists of the schema within one another, should this be introspection.
    """

    width: int = 0
    depth: int = 0
    height: int = 0
    fields: int = 0
    cost: int = 0
    lists: int = 0


_LEAF: Final = Weight(1, 1, 0, 1, 1, 0)


class Measure:
    """Measures one document for one set of list sizes; make a new one for each.

    ``schema``: None counts no list but the sliced ones. ``errors``: what was refused on the way without ending the
    pass. ``size_variables``: the names of the variables that sizes of lists were read from.
    """

    def __init__(self, document: DocumentNode, limits: Limits, schema: GraphQLSchema | None) -> None:
        self.errors: list[GraphQLError] = []
        self.size_variables: set[str] = set()
        self._limits = limits
        self._variables: Mapping[str, Any] = {}
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[tuple[str, int | None], Weight] = {}
        self._open: set[str] = set()
        self._height = 0

    def operation(self, node: OperationDefinitionNode, variables: Mapping[str, Any]) -> Weight:
        """``variables``: their values with the operation's defaults.

        Raises:
            GraphQLError: DEPTH_LIMIT or FRAGMENT_CYCLE, where going on would cost what they forbid.
        """
        if variables != self._variables:
            self._variables = variables
            self._known.clear()
        root = self._schema.get_root_type(node.operation) if self._schema else None
        return self._selections(node.selection_set, root, None)

    def fragments(self) -> list[Weight]:
        """Measure every fragment, those too that no operation spreads: validation walks through them all the same.

        Raises: GraphQLError: as ``operation``.
        """
        return [self._spread(name, None) for name in self._fragments]

    def _selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None, size: int | None) -> Weight:
        self._enter(node)
        width = depth = height = fields = cost = lists = 0
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                weight = self._field(selection, parent, size)
            elif isinstance(selection, FragmentSpreadNode):
                weight = self._spread(selection.name.value, size)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._type(condition.name.value) if condition else parent
                weight = self._selections(selection.selection_set, inner, size)
            else:
                continue
            width += weight.width
            depth = max(depth, weight.depth)
            height = max(height, weight.height)
            fields += weight.fields + (not isinstance(selection, FieldNode))
            cost += weight.cost
            lists = max(lists, weight.lists)
        self._height -= 1
        return Weight(min(width, _CEILING), depth, height + 1, min(fields, _CEILING), min(cost, _CEILING), lists)

    def _enter(self, node: Node, height: int = 1) -> None:
        """Go ``height`` selection sets down, within the limit that keeps every later recursion over this short."""
        if self._height + height > self._limits.nesting:
            raise refusal("DEPTH_LIMIT", f"Selections nest at most {self._limits.nesting} deep.", node)
        self._height += 1

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, size: int | None) -> Weight:
        name = node.name.value
        sliced = self._arguments(node) if node.arguments else None
        if node.selection_set is None:
            return _LEAF
        definition = self._definition(parent, name)
        if sliced is None and definition is not None and not SLICING.isdisjoint(definition.args):
            sliced = self._limits.page_size
        below_type = get_named_type(definition.type) if definition else None
        repeated = _is_list(definition)
        below = self._selections(node.selection_set, below_type, None if repeated else sliced)
        times = 1
        if repeated:
            # ``edges`` and ``nodes`` carry no size themselves: the connection above them was given it.
            times = sliced if sliced is not None else size if size is not None else self._limits.assumed_list_size
        lists = below.lists + (name in _SCHEMA_LISTS)
        if name in ("__schema", "__type"):
            self._check_introspection(node, lists)
            return below._replace(width=1, depth=below.depth + 1, fields=below.fields + 1, cost=below.fields + 1)
        return Weight(1, below.depth + 1, below.height, below.fields + 1, 1 + times * below.cost, lists)

    def _spread(self, name: str, size: int | None) -> Weight:
        fragment = self._fragments.get(name)
        if fragment is None:
            return _LEAF
        key = (name, size)
        if (known := self._known.get(key)) is not None:
            self._enter(fragment, known.height)
            self._height -= 1
            return known
        if name in self._open:
            raise refusal("FRAGMENT_CYCLE", f'Fragment "{name}" spreads itself.', fragment)
        self._open.add(name)
        weight = self._selections(fragment.selection_set, self._type(fragment.type_condition.name.value), size)
        self._open.discard(name)
        self._known[key] = weight
        return weight

    def _arguments(self, node: FieldNode) -> int | None:
        """Check the lists among the arguments of ``node``; the size that they ask for, or None."""
        size: int | None = None
        for argument in node.arguments or ():
            if argument.name.value in SLICING:
                asked = self._size(argument)
                if asked is None:
                    continue
                size = max(asked, 0)
                if asked > self._limits.list_size:
                    text = f'"{argument.name.value}" is at most {self._limits.list_size}.'
                    self.errors.append(refusal("LIST_ARGUMENT_LIMIT", text, argument))
            else:
                self._check_literal(argument.value)
        return size

    def _size(self, argument: ArgumentNode) -> int | None:
        value = argument.value
        if isinstance(value, IntValueNode):
            # Longer than any Int: int() would be slow, and above 4,300 digits raise.
            return int(value.value) if len(value.value) <= 12 else _CEILING
        if isinstance(value, VariableNode):
            self.size_variables.add(value.name.value)
            asked = self._variables.get(value.name.value)
            # 2e5 arrives as a float, and coerces to an Int all the same.
            return int(asked) if isinstance(asked, (int, float)) and abs(asked) < _CEILING else None
        return None

    def _check_literal(self, value: ValueNode) -> None:
        if isinstance(value, ListValueNode):
            if len(value.values) > self._limits.list_items:
                text = f"A list has at most {self._limits.list_items} items."
                self.errors.append(refusal("LIST_ARGUMENT_LIMIT", text, value))
            for item in value.values:
                self._check_literal(item)
        elif isinstance(value, ObjectValueNode):
            for member in value.fields:
                self._check_literal(member.value)

    def _check_introspection(self, node: FieldNode, lists: int) -> None:
        if not self._limits.introspection:
            self.errors.append(refusal("INTROSPECTION_OFF", "This server does not answer introspection.", node))
        elif lists > self._limits.introspection_lists:
            text = f"Introspection nests at most {self._limits.introspection_lists} lists of the schema."
            self.errors.append(refusal("INTROSPECTION_LIMIT", text, node))

    def _type(self, name: str) -> GraphQLNamedType | None:
        return self._schema.get_type(name) if self._schema else None

    def _definition(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        fields: Mapping[str, GraphQLField] = getattr(parent, "fields", {})
        return fields.get(name)


def _is_list(definition: GraphQLField | None) -> bool:
    if definition is None:
        return False
    kind = definition.type
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)
