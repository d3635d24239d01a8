"""Which elements a contract takes out, and why: first by their tags, then what cannot stay without those."""

from collections.abc import Mapping

from graphql import StringValueNode

from schema.compose.elements import Element, Kind, TypeDef, all_applied, applied

from .contract import Contract, tags_said
from .reach import unreachable
from .reading import Source, argument_at, children_of, elements_of, has_fields

Out = dict[str, str]  # coordinate -> why it is out


def taken_out(source: Source, contract: Contract) -> Out:
    """All that clients of the contract do not see, with what was @inaccessible before; parts of a type that is out
    are not named one by one."""
    out: Out = {}
    for definition in source.types.values():
        for at, element in elements_of(definition):
            if applied(element, "inaccessible") is not None:
                out[at] = "it is @inaccessible"
    for definition in source.types.values():
        _match(definition, contract, out)
    _close(source.types, out)
    if contract.hide_unreachable:
        for name in unreachable(source, out):
            if not tags_of(source.types[name]) & contract.include:
                out[name] = "nothing in the contract leads to it"
    return out


def tags_of(element: Element) -> frozenset[str]:
    """The names that the element is tagged with."""
    names = (directive.args.get("name") for directive in all_applied(element, "tag"))
    return frozenset(name.value for name in names if isinstance(name, StringValueNode))


def _match(definition: TypeDef, contract: Contract, out: Out) -> None:
    """By tags alone. A type's tags count for all that is in it. Only unions and fields of objects and interfaces
    must be included: an enum, a scalar or an input is of use to nobody but to the fields that take or give it."""
    own = tags_of(definition)
    must_be_included = contract.include if definition.kind is Kind.UNION else frozenset()
    if why := _refused(own, contract.exclude, must_be_included):
        out.setdefault(definition.name, why)
        return
    must_be_included = contract.include if has_fields(definition) else frozenset()
    for name, child in children_of(definition).items():
        if why := _refused(own | tags_of(child), contract.exclude, must_be_included):
            out.setdefault(f"{definition.name}.{name}", why)
    for field in definition.fields.values():
        for argument in field.arguments.values():
            if why := _refused(tags_of(argument), contract.exclude, frozenset()):
                out.setdefault(argument_at(definition.name, field.name, argument), why)


def _refused(tags: frozenset[str], exclude: frozenset[str], include: frozenset[str]) -> str | None:
    if excluded := tags & exclude:
        return f"it is tagged {tags_said(excluded)}"
    if include and not tags & include:
        return f"it is not tagged {tags_said(include)}"
    return None


def _close(types: Mapping[str, TypeDef], out: Out) -> None:
    """Until nothing more falls out: a type has something left, and an interface promises what all have that keep it."""
    before = -1
    while before != len(out):
        before = len(out)
        for definition in types.values():
            if definition.name not in out:
                _break_promises(types, definition, out)
                if why := _nothing_left(definition, out):
                    out[definition.name] = why


def _break_promises(types: Mapping[str, TypeDef], definition: TypeDef, out: Out) -> None:
    for interface in definition.interfaces:
        if interface in out or interface not in types:
            continue
        for field in types[interface].fields.values():
            given = f"{definition.name}.{field.name}"
            if given in out:
                out.setdefault(f"{interface}.{field.name}", f"{given}, which implements it, is out")
            for argument in field.arguments.values():
                given = argument_at(definition.name, field.name, argument)
                if given in out:
                    why = f"{given}, which implements it, is out"
                    out.setdefault(argument_at(interface, field.name, argument), why)


def _nothing_left(definition: TypeDef, out: Out) -> str | None:
    if definition.kind is Kind.UNION:
        return "all its members are out" if all(member in out for member in definition.members) else None
    children = children_of(definition)
    if not children or any(f"{definition.name}.{name}" not in out for name in children):
        return None
    return f"all its {'values' if definition.kind is Kind.ENUM else 'fields'} are out"
