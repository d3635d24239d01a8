"""What makes types belong together: the members of unions and the interfaces of types."""

from collections.abc import Iterator, Sequence

from .elements import Kind, TypeDef
from .errors import Report, listing
from .supergraph import Member, Supergraph


def implementations(supergraph: Supergraph, interface: str) -> Iterator[TypeDef]:
    """The object types that implement the interface."""
    for definition in supergraph.types.values():
        if definition.kind is Kind.OBJECT and interface in definition.interfaces:
            yield definition


def stand_ins(supergraph: Supergraph, interface: str) -> list[Member]:
    """The members where the interface is an @interfaceObject."""
    return [member for member in supergraph.members if member.subgraph.is_interface_object(interface)]


def check_stand_ins(supergraph: Supergraph, interface: str, report: Report) -> None:
    """Report INTERFACE_OBJECT_USAGE_ERROR: a subgraph has the interface object, or implementations, never both."""
    names = [definition.name for definition in implementations(supergraph, interface)]
    for member in stand_ins(supergraph, interface):
        known = [name for name in names if name in member.subgraph.types]
        if known:
            report.error(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f"{interface} is an @interfaceObject in {report.where(member.name, interface)}, which also defines "
                f"{listing(known)}, of its implementations: define either the one or the others there",
                subgraphs=[member.name],
                coordinate=interface,
            )


def merge_interfaces(supergraph: Supergraph, merged: TypeDef, members: Sequence[Member]) -> None:
    """A type implements what it implements in any subgraph."""
    for member in members:
        for interface in member.subgraph.types[merged.name].interfaces:
            if interface not in merged.interfaces:
                merged.interfaces.append(interface)
            supergraph.join(merged.name, f'@join__implements(graph: {member.graph}, interface: "{interface}")')


def merge_union(supergraph: Supergraph, merged: TypeDef, members: Sequence[Member]) -> None:
    """A union has the members that it has in any subgraph."""
    for member in members:
        for name in member.subgraph.types[merged.name].members:
            if name not in merged.members:
                merged.members.append(name)
            supergraph.join(merged.name, f'@join__unionMember(graph: {member.graph}, member: "{name}")')
