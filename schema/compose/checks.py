"""What federation asks of one subgraph on its own."""

from .context_checks import check_contexts
from .elements import Kind, TypeDef, all_applied, applied, named
from .errors import Report
from .list_sizes import check_costs
from .requirements import needs
from .selections import check_field_set
from .subgraph import Subgraph
from .usage import Usage, field_set, usage_of

_GUARDED = (
    "is of an interface and has @{}: put it on the types that implement the interface, "
    "from there it reaches the interface"
)


def check_subgraph(subgraph: Subgraph, report: Report) -> None:
    """Everything that can be said before the other subgraphs are known."""
    usage = usage_of(subgraph)
    for definition in subgraph.types.values():
        if definition.kind not in (Kind.OBJECT, Kind.INTERFACE):
            continue
        _check_type(subgraph, definition, report)
        for key in all_applied(definition, "key"):
            check_field_set(subgraph, usage, key, definition.name, definition.name, report)
        for name, item in definition.fields.items():
            at = f"{definition.name}.{name}"
            for requires in all_applied(item, "requires"):
                check_field_set(subgraph, usage, requires, definition.name, at, report)
            for provides in all_applied(item, "provides"):
                if subgraph.is_composite(item.type):
                    check_field_set(subgraph, usage, provides, named(item.type), at, report)
                else:
                    _error(report, subgraph, "PROVIDES_ON_NON_OBJECT_FIELD", at, f"is a {item.type}: remove @provides")
        _check_fields(subgraph, usage, definition, report)
        _check_externals(subgraph, usage, definition, report)
        _check_costs_of(subgraph, definition, report)
    for code, at, fault in check_contexts(subgraph):
        _error(report, subgraph, code, at, fault)
    _check_interface_keys(subgraph, report)
    _check_interface_objects(subgraph, report)


def _error(report: Report, subgraph: Subgraph, code: str, at: str, fault: str) -> None:
    message = f"{at} in {report.where(subgraph.name, at)} {fault}"
    report.error(code, message, subgraphs=[subgraph.name], coordinate=at)


def _check_type(subgraph: Subgraph, definition: TypeDef, report: Report) -> None:
    at = definition.name
    is_interface = definition.kind is Kind.INTERFACE
    if is_interface and applied(definition, "key") and subgraph.links.version < (2, 3):
        fault = "is an interface with @key, which came with federation v2.3: link that version"
        _error(report, subgraph, "KEY_UNSUPPORTED_ON_INTERFACE", at, fault)
    guarded = list(needs(definition)) if is_interface or applied(definition, "interfaceObject") else []
    for spec in guarded:
        _error(report, subgraph, "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", at, _GUARDED.format(spec))


def _check_fields(subgraph: Subgraph, usage: Usage, definition: TypeDef, report: Report) -> None:
    for name, item in definition.fields.items():
        at = f"{definition.name}.{name}"
        own = [directive for directive in all_applied(item, "shareable") if not directive.extension]
        if definition.kind is Kind.INTERFACE:
            for spec in ("requires", "provides"):
                if applied(item, spec) and (spec == "requires" or subgraph.is_composite(item.type)):
                    fault = f"is a field of an interface: move @{spec} to the types that implement it"
                    _error(report, subgraph, f"{spec.upper()}_UNSUPPORTED_ON_INTERFACE", at, fault)
            for spec in needs(item):
                _error(report, subgraph, "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", at, _GUARDED.format(spec))
            if usage.is_external(subgraph, definition.name, name):
                fault = "is a field of an interface, which is never @external: remove it"
                _error(report, subgraph, "EXTERNAL_ON_INTERFACE", at, fault)
            if own:
                fault = "is a field of an interface: move @shareable to the types that implement it"
                _error(report, subgraph, "INVALID_SHAREABLE_USAGE", at, fault)
        elif len(own) > 1 or len(all_applied(item, "shareable")) - len(own) > 1:
            _error(report, subgraph, "INVALID_SHAREABLE_USAGE", at, "is @shareable twice: once is enough")


def _check_externals(subgraph: Subgraph, usage: Usage, definition: TypeDef, report: Report) -> None:
    """A field that is @external without use is a mistake: the subgraph will never see it."""
    used = usage.keys | usage.required | usage.provided
    for name, item in definition.fields.items():
        at = f"{definition.name}.{name}"
        if not applied(item, "external") or at in used:
            continue
        if definition.kind is Kind.OBJECT and any(name in subgraph.fields(i) for i in definition.interfaces):
            continue
        fault = "is @external, but in no @key, @requires or @provides: use it there, or remove it"
        _error(report, subgraph, "EXTERNAL_UNUSED", at, fault)


def _check_interface_keys(subgraph: Subgraph, report: Report) -> None:
    """Who can look up an interface by a key can look up what implements it by that key."""
    for definition in subgraph.types.values():
        if definition.kind is not Kind.INTERFACE:
            continue
        for key in all_applied(definition, "key"):
            wanted = frozenset(field_set(key))
            lacking = [
                name
                for name in subgraph.possible(definition.name)
                if wanted not in {frozenset(field_set(k)) for k in all_applied(subgraph.types[name], "key")}
            ]
            if lacking:
                fault = f"has {key.text}, which {', '.join(lacking)} does not have: add the key there"
                _error(report, subgraph, "INTERFACE_KEY_NOT_ON_IMPLEMENTATION", definition.name, fault)


def _check_interface_objects(subgraph: Subgraph, report: Report) -> None:
    for definition in subgraph.types.values():
        if not applied(definition, "interfaceObject"):
            continue
        if not applied(definition, "key"):
            fault = "is an @interfaceObject without @key: give it the key of the interface"
            _error(report, subgraph, "INTERFACE_OBJECT_USAGE_ERROR", definition.name, fault)


def _check_costs_of(subgraph: Subgraph, definition: TypeDef, report: Report) -> None:
    for code, at, fault in check_costs(subgraph, definition):
        _error(report, subgraph, code, at, fault)
