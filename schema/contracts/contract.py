"""What a contract asks for and what comes of it, and whether it says anything."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contract:
    """Names of tags, without @. An element with both an included and an excluded tag is out.

    ``hide_unreachable``: types that nothing in the contract leads to are out too, unless they are tagged as included.
    """

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    hide_unreachable: bool = False


@dataclass(frozen=True, slots=True)
class ContractError:
    """Why there is no such contract; ``coordinate`` is ``Type``, ``Type.field``, ``Type.field(argument:)`` or None."""

    code: str
    message: str
    coordinate: str | None = None


@dataclass(frozen=True, slots=True)
class Contracted:
    """What ``apply_contract`` returns: ``supergraph_sdl`` is None exactly when there are errors.

    ``unused``: tags of the contract that nothing in the supergraph has: a slip of the pen, or not used yet.
    """

    errors: tuple[ContractError, ...]
    supergraph_sdl: str | None
    unused: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors


def faults_of(contract: Contract) -> Iterator[ContractError]:
    """INVALID_CONTRACT: what no supergraph could be filtered by."""
    if not contract.include and not contract.exclude:
        yield ContractError("INVALID_CONTRACT", "the contract names no tag: include one, or exclude one")
    for tag in sorted(contract.include & contract.exclude):
        fault = f'the contract both includes and excludes the tag "{tag}": take it out of one'
        yield ContractError("INVALID_CONTRACT", fault)


def tags_said(tags: Collection[str]) -> str:
    """``"a"``, ``"a" or "b"``."""
    return " or ".join(f'"{tag}"' for tag in sorted(tags))
