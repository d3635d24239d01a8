"""A made-up world in which every field of every object has one value, seen whole or through strict subgraphs.

``World.subgraph`` answers only what a subgraph may answer (not an ``@external`` field that nobody provided, not a field
whose ``@requires`` was not sent, no representation without a resolvable key or with a wrong value); ``World.whole``
answers as if one schema held everything. What a gateway answers through the first must equal the second.
"""

from __future__ import annotations

import json
from typing import Any

from graphql import (
    FieldNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    execute_sync,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    parse,
    validate,
)

from gateway.planner.supergraph import Supergraph
from tests.planner.things import Refused, Thing, field_set, fields_of, given, number_of, with_provided

COUNT = 3


class World:
    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self.types = supergraph.types
        self.graph = supergraph.graph()
        self.numbers = {name: number for number, name in enumerate(supergraph.names)}

    def value(self, thing: Thing, name: str, args: dict[str, Any], type_: Any) -> Any:
        """The value of a field in the whole world; objects as things."""
        seed = (thing.type, thing.number, name, args)
        nullable = get_nullable_type(type_)
        named = get_named_type(type_)
        if is_composite_type(named):
            if not is_non_null_type(type_) and number_of(seed, "null") % 9 == 0:
                return None
            if is_list_type(nullable):
                return [self._thing(thing, name, (*seed, index)) for index in range(2)]
            return self._thing(thing, name, seed)
        leaf = self._leaf(seed, named)
        while is_list_type(nullable):
            leaf, nullable = [leaf], get_nullable_type(nullable.of_type)
        return leaf

    def _leaf(self, seed: tuple[Any, ...], named: Any) -> Any:
        number = number_of(seed)
        if is_enum_type(named):
            values = sorted(self.supergraph.public_schema.type_map[named.name].values)  # type: ignore[attr-defined]
            return values[number % len(values)]
        plain = {"Int": number % 100000, "Float": number % 1000 + 0.5, "Boolean": number % 2 == 0}
        return plain.get(named.name, f"{seed[0]}:{seed[1]}:{seed[2]}{json.dumps(seed[3]) if seed[3] else ''}")

    def _thing(self, thing: Thing, name: str, seed: tuple[Any, ...]) -> Thing | None:
        options = self._concretes(thing.type, name)
        if not options:
            return None
        type_ = options[number_of(seed, "type") % len(options)]
        return Thing(type_, 0 if type_ == self.graph.query else number_of(seed, "number") % COUNT)

    def _concretes(self, concrete: str, name: str) -> list[str]:
        """The types that every subgraph with the field may answer with."""
        found: frozenset[str] | None = None
        for number in range(len(self.numbers)):
            for local in self.graph.local_names(number, concrete):
                there = self.graph.field(number, local, name)
                if there is not None:
                    of = self.graph.position(number, self.graph.possible(number, there.named)).types
                    found = of if found is None else found & of
        return sorted((found or frozenset()) - self.supergraph.hidden)

    def whole(self) -> GraphQLSchema:
        """The public schema, answering everything."""
        schema = self.supergraph.public_schema
        for type_ in schema.type_map.values():
            if type_.name.startswith("__"):
                continue
            if is_object_type(type_):
                for name, field in type_.fields.items():
                    field.resolve = self._resolver(name, field.type, type_.name)
            elif is_abstract_type(type_):
                type_.resolve_type = lambda thing, _info, _type: thing.type
        return schema

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """What the whole answers; None when the query is not valid or asks for what does not exist."""
        document = parse(query)
        if validate(self.supergraph.public_schema, document):
            return None
        result = execute_sync(self.whole(), document, variable_values=variables)
        return None if result.errors else result.data

    def _resolver(self, name: str, type_: Any, parent: str) -> Any:
        def resolve(thing: Thing | None, info: GraphQLResolveInfo, **args: Any) -> Any:
            return self.value(thing or Thing(parent, 0), name, given(info, args), type_)

        return resolve

    def subgraph(self, name: str, schema: GraphQLSchema) -> GraphQLSchema:
        """``schema``, a subgraph's own, answering as that subgraph."""
        number = self.numbers[name]
        kinds = {"query": schema.query_type, "mutation": schema.mutation_type}
        roots = {
            root.name: self.supergraph.roots[kind]
            for kind, root in kinds.items()
            if root is not None and kind in self.supergraph.roots
        }
        for type_ in schema.type_map.values():
            if type_.name.startswith("__"):
                continue
            if is_object_type(type_):
                local = roots.get(type_.name, type_.name)
                for field_name, field in type_.fields.items():
                    field.resolve = self._strict(number, local, field_name, field.type)
            elif is_abstract_type(type_):
                type_.resolve_type = lambda thing, _info, _type, n=number: self._local(n, thing.type)
        entities = schema.query_type.fields.get("_entities")  # type: ignore[union-attr]
        if entities is not None:
            entities.resolve = lambda _root, _info, representations: [self._found(number, r) for r in representations]
        return schema

    def _local(self, number: int, concrete: str) -> str:
        names = self.graph.local_names(number, concrete)
        if not names:
            raise Refused(f"{concrete} is not known here")
        return names[0]

    def _strict(self, number: int, local: str, name: str, type_: Any) -> Any:
        there = self.graph.field(number, local, name)

        def resolve(thing: Thing | None, info: GraphQLResolveInfo, **args: Any) -> Any:
            thing = thing or Thing(local, 0)
            if there is None:
                raise Refused(f"{local}.{name} is not answered here")
            provided = [s for given in thing.provided for s in self._given(given, thing.type, name)]
            if there.external and not there.key and not provided and name not in thing.sent:
                raise Refused(f"{local}.{name} is external here")
            if there.requires and not {n.name.value for n in fields_of(field_set(there.requires))} <= thing.sent:
                self._check_alone(number, local, there.requires, f"{local}.{name}")
            below = [node.selection_set for node in provided if node.selection_set]
            if there.provides:
                below.append(field_set(there.provides))
            return with_provided(
                self.value(thing, name, given(info, args), self._type(thing.type, name, type_)), tuple(below)
            )

        return resolve

    def _type(self, concrete: str, name: str, otherwise: Any) -> Any:
        """The public type, so that a value is null here where it is null in the whole."""
        public = self.supergraph.public_schema.type_map.get(concrete)
        field = public.fields.get(name) if public is not None else None  # type: ignore[attr-defined]
        return field.type if field is not None else otherwise

    def _given(self, node: SelectionSetNode, concrete: str, name: str) -> list[FieldNode]:
        found = []
        for child in node.selections:
            if isinstance(child, InlineFragmentNode):
                if child.type_condition is None or concrete in self.graph.concretes(child.type_condition.name.value):
                    found += self._given(child.selection_set, concrete, name)
            elif isinstance(child, FieldNode) and child.name.value == name:
                found.append(child)
        return found

    def _check_alone(self, number: int, local: str, requires: str, coordinate: str) -> None:
        for node in fields_of(field_set(requires)):
            there = self.graph.field(number, local, node.name.value)
            if there is None or (there.external and not there.key):
                raise Refused(f"{coordinate} was asked without {node.name.value}")

    def _found(self, number: int, representation: dict[str, Any]) -> Thing:
        entity = representation["__typename"]
        keys = self.types[entity].keys.get(number, ())
        if not any({n.name.value for n in fields_of(field_set(k))} <= representation.keys() for k in keys):
            raise Refused(f"no resolvable key of {entity} in {representation}")
        sent = {name: value for name, value in representation.items() if name != "__typename"}
        for concrete in sorted(self.graph.concretes(entity)):
            for index in range(COUNT):
                if self._matches(Thing(concrete, index), sent):
                    return Thing(concrete, index, (), frozenset(sent))
        raise Refused(f"nothing is like {representation}")

    def _matches(self, thing: Thing | None, sent: Any) -> bool:
        if thing is None or sent is None:
            return thing is sent
        for name, value in sent.items():
            if name == "__typename":
                if value != thing.type:
                    return False
                continue
            type_ = self._supergraph_type(thing.type, name)
            if type_ is None:
                continue
            mine = self.value(thing, name, {}, type_.fields[name].type)
            if not self._equal(mine, value):
                return False
        return True

    def _equal(self, mine: Any, value: Any) -> bool:
        if isinstance(mine, list) and isinstance(value, list):
            return len(mine) == len(value) and all(map(self._equal, mine, value))
        if isinstance(mine, Thing) or isinstance(value, dict):
            return self._matches(mine, value)
        return bool(mine == value)

    def _supergraph_type(self, concrete: str, name: str) -> Any:
        public = self.supergraph.public_schema.type_map.get(concrete)
        if public is None or name not in public.fields or public.fields[name].args:  # type: ignore[attr-defined]
            return None
        return public
