"""An extension must have something to extend, in some other subgraph."""

from collections.abc import Sequence

from .elements import Kind, TypeDef, applied
from .errors import Report
from .subgraph import Subgraph

_ROOTS = ("Query", "Mutation", "Subscription")


def only_extends(subgraph: Subgraph, definition: TypeDef) -> bool:
    """Whether the subgraph adds to a type that it takes to be another's.

    In federation 2, ``type T @extends`` says so too, and still defines the type.
    """
    if not definition.defined:
        return True
    extends = definition.kind in (Kind.OBJECT, Kind.INTERFACE) and applied(definition, "extends") is not None
    return subgraph.federation_1 and extends


def _is_alike(extension: TypeDef, base: TypeDef) -> bool:
    """Whether the two can be one type: of one kind, where an interface object is of the interface's."""
    return extension.kind is base.kind or any(applied(side, "interfaceObject") for side in (extension, base))


def check_bases(checked: Sequence[Subgraph], subgraphs: Sequence[Subgraph], report: Report) -> set[str]:
    """Report EXTENSION_WITH_NO_BASE for extensions in ``checked``, some of ``subgraphs``; return whose they are."""
    faulty = set()
    for subgraph in checked:
        for name, definition in subgraph.types.items():
            if name in _ROOTS or not only_extends(subgraph, definition):
                continue
            others = [other.types[name] for other in subgraphs if other is not subgraph and name in other.types]
            if any(other.defined and (subgraph.federation_1 or _is_alike(definition, other)) for other in others):
                continue
            faulty.add(subgraph.name)
            report.error(
                "EXTENSION_WITH_NO_BASE",
                f"{report.where(subgraph.name, name)} extends {name}, which no other subgraph defines: "
                "define it where it belongs",
                subgraphs=[subgraph.name],
                coordinate=name,
            )
    return faulty
