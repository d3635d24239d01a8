"""Federation 1 subgraphs, rewritten to say in federation 2 what they meant."""

from collections.abc import Sequence

from graphql import EnumValueNode, ListValueNode, StringValueNode, ValueNode

from .bases import only_extends
from .elements import Applied, Field, Kind, TypeDef, all_applied, applied, drop, named
from .errors import Report
from .fieldsets import FieldSetError, Selected, parse_field_set
from .subgraph import Subgraph
from .usage import field_set, usage_of

_ROOTS = ("Query", "Mutation", "Subscription")


def upgrade(subgraphs: Sequence[Subgraph], report: Report) -> None:
    """Change the federation 1 subgraphs among ``subgraphs`` in place. Reports TYPE_WITH_ONLY_UNUSED_EXTERNAL."""
    old = [subgraph for subgraph in subgraphs if subgraph.federation_1]
    for subgraph in old:
        _write_field_sets_as_text(subgraph)
        _clear_what_had_no_effect(subgraph)
        for definition in subgraph.types.values():
            _own_keys(subgraph, definition, subgraphs)
        _drop_idle_selections(subgraph)
    for subgraph in old:
        _drop_unused_externals(subgraph, report)
    for subgraph in old:
        _share(subgraph, subgraphs)


def _write_field_sets_as_text(subgraph: Subgraph) -> None:
    """``fields: ["id", "name"]`` and ``fields: id`` were allowed."""
    for definition in subgraph.types.values():
        for directives in (definition.directives, *(item.directives for item in definition.fields.values())):
            for directive in directives:
                if directive.spec in ("key", "requires", "provides") and "fields" in directive.args:
                    text = _as_text(directive.args["fields"])
                    if text is not None:
                        directive.args["fields"] = StringValueNode(value=text)


def _as_text(value: ValueNode) -> str | None:
    if isinstance(value, StringValueNode | EnumValueNode):
        return value.value
    if isinstance(value, ListValueNode):
        parts = [_as_text(item) for item in value.values]
        return " ".join(part for part in parts if part) if all(parts) else None
    return None


def _clear_what_had_no_effect(subgraph: Subgraph) -> None:
    """@key, @requires and @provides on interfaces, @external on interface fields and on whole types."""
    for definition in subgraph.types.values():
        if definition.kind is Kind.INTERFACE:
            drop(definition, ("key",))
            for item in definition.fields.values():
                drop(item, ("external", "requires", "provides"))
        elif definition.kind is Kind.OBJECT:
            drop(definition, ("external",))
            for item in definition.fields.values():
                item.directives = [d for d in item.directives if not (d.spec == "external" and d.extension)]


def _own_keys(subgraph: Subgraph, definition: TypeDef, subgraphs: Sequence[Subgraph]) -> None:
    """An extension resolves the key fields that it calls @external; not those of nested types.

    Without a key of its own it does so for the first key that each other subgraph has.
    """
    if definition.kind is not Kind.OBJECT or not only_extends(subgraph, definition):
        return
    keys = all_applied(definition, "key")
    if not keys:
        for other in subgraphs:
            if other is not subgraph and definition.name in other.types:
                keys += all_applied(other.types[definition.name], "key")[:1]
    for key in keys:
        for item in field_set(key):
            if item.name in definition.fields:
                drop(definition.fields[item.name], ("external",))


def _drop_idle_selections(subgraph: Subgraph) -> None:
    """@requires and @provides of what the subgraph resolves anyway mean nothing, and go."""
    for definition in subgraph.types.values():
        for item in definition.fields.values():
            for name, start in (("requires", definition.name), ("provides", named(item.type))):
                for directive in all_applied(item, name):
                    lost = name == "provides" and not subgraph.is_composite(item.type)
                    if lost or not _reaches_external(subgraph, start, directive):
                        item.directives.remove(directive)


def _reaches_external(subgraph: Subgraph, start: str, directive: Applied) -> bool:
    text = directive.args.get("fields")
    try:
        selection = parse_field_set(text.value if isinstance(text, StringValueNode) else "")
    except FieldSetError:
        return True
    return any(_is_external_or_unknown(subgraph, start, item) for item in selection)


def _is_external_or_unknown(subgraph: Subgraph, owner: str, item: Selected) -> bool:
    """What cannot be found or lacks a selection is left for the checks to report."""
    owner = item.on or owner
    if item.name == "__typename":
        return False
    found = subgraph.fields(owner).get(item.name)
    if found is None or applied(found, "external"):
        return True
    if any(
        applied(subgraph.fields(name)[item.name], "external")
        for name in subgraph.possible(owner)
        if item.name in subgraph.fields(name)
    ):
        return True
    composite = bool(subgraph.fields(named(found.type)))
    if composite and not item.selection:
        return True
    return any(_is_external_or_unknown(subgraph, named(found.type), inner) for inner in item.selection)


def _drop_unused_externals(subgraph: Subgraph, report: Report) -> None:
    """A field that is @external and in no field set was only there to be seen."""
    usage = usage_of(subgraph)
    used = usage.keys | usage.required | usage.provided
    for definition in subgraph.types.values():
        if definition.kind is not Kind.OBJECT:
            continue
        for name, item in list(definition.fields.items()):
            if not applied(item, "external"):
                continue
            if f"{definition.name}.{name}" in used:
                drop(item, ("tag",))
            elif not _needed_by_interface(subgraph, definition, name):
                del definition.fields[name]
    for name in [n for n, d in subgraph.types.items() if d.kind is Kind.OBJECT and not d.fields]:
        if name not in _ROOTS:
            _forget(subgraph, name, report)


def _needed_by_interface(subgraph: Subgraph, definition: TypeDef, name: str) -> bool:
    return any(name in subgraph.fields(interface) for interface in definition.interfaces)


def _forget(subgraph: Subgraph, name: str, report: Report) -> None:
    """Take out a type that has no fields left, unless something is made of it."""
    referred = any(
        name in definition.members or any(named(item.type) == name for item in definition.fields.values())
        for definition in subgraph.types.values()
    )
    if referred or applied(subgraph.types[name], "key"):
        report.error(
            "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
            f"{name} in {report.where(subgraph.name, name)} has only @external fields, none of them in a @key, "
            "@requires or @provides: resolve one, or remove the type",
            subgraphs=[subgraph.name],
            coordinate=name,
        )
    else:
        del subgraph.types[name]


def _share(subgraph: Subgraph, subgraphs: Sequence[Subgraph]) -> None:
    """Value types, and fields of entities that others resolve too, were shared without saying so."""
    usage = usage_of(subgraph)
    others = [(other, usage_of(other)) for other in subgraphs if other is not subgraph]
    for definition in subgraph.types.values():
        if definition.kind is not Kind.OBJECT or definition.name == "Subscription":
            continue
        having = [(other, used) for other, used in others if definition.name in other.types]
        entity = applied(definition, "key") is not None or definition.name in _ROOTS
        for name, item in definition.fields.items():
            if usage.is_shareable(subgraph, definition.name, name) or applied(item, "external"):
                continue
            if entity and not any(
                name in other.fields(definition.name)
                and (
                    not used.is_external(other, definition.name, name) or used.is_provided(other, definition.name, name)
                )
                for other, used in having
            ):
                continue
            if having or not entity:
                _mark_shareable(item)


def _mark_shareable(item: Field) -> None:
    item.directives.append(Applied("shareable", {}, "shareable"))
