"""What makes types belong together: the members of unions and the interfaces of types."""

from collections.abc import Sequence

from .elements import TypeDef
from .supergraph import Member, Supergraph


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
