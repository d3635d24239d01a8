"""A field that several subgraphs resolve must be shareable in all of them."""

from collections.abc import Sequence

from .elements import Field, all_applied
from .errors import Report, listing
from .supergraph import Member, Supergraph


def check_sharing(
    supergraph: Supergraph, type_name: str, name: str, sources: Sequence[tuple[Member, Field]], report: Report
) -> None:
    """Report INVALID_FIELD_SHARING. ``sources``: the subgraphs that define the field and are not overridden."""
    if type_name == "Subscription":
        _check_stream(name, sources, report)
    resolving = [(member, type_name, "") for member, _ in sources if _resolves(member, type_name, name)]
    for interface in supergraph.types[type_name].interfaces:
        for member in supergraph.members:
            if member.subgraph.is_interface_object(interface) and _resolves(member, interface, name):
                resolving.append((member, interface, f" by the interface object {interface}"))
    closed = [
        member.name for member, owner, _ in resolving if not member.usage.is_shareable(member.subgraph, owner, name)
    ]
    if len(resolving) < 2 or not closed:
        return
    coordinate = f"{type_name}.{name}"
    places = [f"by {report.where(member.name, f'{owner}.{name}')}{through}" for member, owner, through in resolving]
    if len(closed) == len(resolving):
        advice = "rename one, or mark both @shareable" if len(closed) == 2 else "rename, or mark all @shareable"
    else:
        advice = f"mark it @shareable in {listing(closed)} too"
    report.error(
        "INVALID_FIELD_SHARING",
        f"{coordinate} is resolved {listing(places)}: {advice}",
        subgraphs=[member.name for member, _, _ in resolving],
        coordinate=coordinate,
    )


def _check_stream(name: str, sources: Sequence[tuple[Member, Field]], report: Report) -> None:
    """One stream of events cannot come from several subgraphs, so sharing it is never meant."""
    for member, field in sources:
        if any(not directive.extension for directive in all_applied(field, "shareable")):
            coordinate = f"Subscription.{name}"
            report.error(
                "INVALID_FIELD_SHARING",
                f"{coordinate} is @shareable in {report.where(member.name, coordinate)}, and a subscription comes from "
                "one subgraph: remove @shareable",
                subgraphs=[member.name],
                coordinate=coordinate,
            )


def _resolves(member: Member, type_name: str, name: str) -> bool:
    """In every place, or on some path by @provides."""
    if name not in member.subgraph.fields(type_name):
        return False
    if not member.usage.is_external(member.subgraph, type_name, name):
        return True
    return member.usage.is_provided(member.subgraph, type_name, name)
