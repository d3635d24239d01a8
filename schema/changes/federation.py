"""What changes between two supergraphs behind the public schema: subgraphs, keys, and who answers a field."""

from collections.abc import Iterator, Mapping

from graphql import BooleanValueNode, EnumValueNode, StringValueNode

from schema.compose.elements import Applied, Field, TypeDef
from schema.compose.errors import listing
from schema.compose.fieldsets import FieldSet, parse_field_set
from schema.contracts.reading import Source, has_fields

from .change import Change, Level


def federation_changes(old: Source, new: Source) -> Iterator[Change]:
    """Clients' operations stay valid through all of these; other subgraphs, and who runs them, may be concerned."""
    yield from _subgraph_changes(dict(old.graphs.values()), dict(new.graphs.values()))
    for name, before in old.types.items():
        after = new.types.get(name)
        if after is not None and before.kind is after.kind and has_fields(before):
            yield from _key_changes(old, new, before, after)
            yield from _moves(old, new, before, after)


def _subgraph_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for name, url in old.items():
        if name not in new:
            yield Change(Level.DANGEROUS, "SUBGRAPH_REMOVED", name, f"The subgraph {name} was removed.")
        elif url != new[name]:
            said = f'The subgraph {name} is at "{new[name]}" now; before at "{url}".'
            yield Change(Level.INFO, "SUBGRAPH_MOVED", name, said)
    for name in new:
        if name not in old:
            yield Change(Level.SAFE, "SUBGRAPH_ADDED", name, f"The subgraph {name} was added.")


def _key_changes(old: Source, new: Source, before: TypeDef, after: TypeDef) -> Iterator[Change]:
    was, is_now = _keys(old, before), _keys(new, after)
    here = {name for name, _ in new.graphs.values()}
    for subgraph, key in was:
        if (subgraph, key) not in is_now and subgraph in here:
            said = (
                f'{subgraph} no longer finds {before.name} by the key "{key}": a subgraph that gives it is not joined.'
            )
            yield Change(Level.DANGEROUS, "KEY_REMOVED", before.name, said)
    for subgraph, key in is_now:
        if (subgraph, key) not in was:
            yield Change(
                Level.SAFE, "KEY_ADDED", before.name, f'{subgraph} finds {before.name} by the key "{key}" now.'
            )


def _keys(source: Source, definition: TypeDef) -> dict[tuple[str, str], None]:
    """(subgraph, key) of each resolvable key; two keys with the same fields are one, in whatever order."""
    keys: dict[tuple[str, str], None] = {}
    for applied in _applied(definition, "join__type"):
        key, resolvable = applied.args.get("key"), applied.args.get("resolvable")
        if isinstance(key, StringValueNode) and not (isinstance(resolvable, BooleanValueNode) and not resolvable.value):
            keys[_subgraph(source, applied), _ordered(parse_field_set(key.value))] = None
    return keys


def _ordered(fields: FieldSet) -> str:
    texts = []
    for field in fields:
        text = f"{field.name} {{ {_ordered(field.selection)} }}" if field.selection else field.name
        texts.append(f"... on {field.on} {{ {text} }}" if field.on else text)
    return " ".join(sorted(texts))


def _moves(old: Source, new: Source, before: TypeDef, after: TypeDef) -> Iterator[Change]:
    for name, field in before.fields.items():
        if name not in after.fields:
            continue
        was, is_now = _owners(old, before, field), _owners(new, after, after.fields[name])
        if was != is_now:
            where = f"{before.name}.{name}"
            said = f"{where} is answered by {listing(sorted(is_now))} now; before by {listing(sorted(was))}."
            yield Change(Level.INFO, "FIELD_MOVED", where, said)


def _owners(source: Source, definition: TypeDef, field: Field) -> frozenset[str]:
    """The subgraphs that resolve the field; one without join__field is resolved by all that have the type."""
    joins = [join for join in _applied(field, "join__field") if "graph" in join.args]
    if not joins:
        return frozenset(_subgraph(source, join) for join in _applied(definition, "join__type"))
    return frozenset(_subgraph(source, join) for join in joins if not {"external", "usedOverridden"} & join.args.keys())


def _applied(element: TypeDef | Field, directive: str) -> list[Applied]:
    return [applied for applied in element.directives if applied.name == directive]


def _subgraph(source: Source, join: Applied) -> str:
    graph = join.args.get("graph")
    return source.graphs[graph.value][0] if isinstance(graph, EnumValueNode) and graph.value in source.graphs else ""
