"""Contracts of the city's graph: what of it clients with these tags see."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from graphql import print_schema

from gateway.commands import composing
from gateway.commands.errors import CommandError
from gateway.planner.supergraph import Supergraph
from schema.contracts import Contract, apply_contract


def asked(
    include: Sequence[str] | None, exclude: Sequence[str] | None, hide_unreachable: bool, *, alone: bool
) -> Contract | None:
    """The contract of the options, None without any.

    Raises:
        CommandError: one is asked for, and not ``alone``: it is of the whole graph, and is printed.
    """
    if not include and not exclude and not hide_unreachable:
        return None
    if not alone:
        raise CommandError("a contract is of the whole graph, and printed: leave out the plugin's name, or --write.")
    return Contract(frozenset(include or ()), frozenset(exclude or ()), hide_unreachable)


def narrowed(sdl: str, contract: Contract) -> str:
    """The supergraph of the contract. Tells tags that nothing has on standard error.

    Raises:
        CommandError: there is no such contract, and why.
    """
    contracted = apply_contract(sdl, contract)
    for tag in contracted.unused:
        sys.stderr.write(f'congdanso: nothing is tagged "{tag}": is the name right?\n')
    if contracted.supergraph_sdl is None:
        lines = (f"\n  {error.code}: {error.message}" for error in contracted.errors)
        raise CommandError(f"there is no such contract:{''.join(lines)}")
    return contracted.supergraph_sdl


def public_sdl(config: Path | None, contract: Contract) -> str:
    return print_schema(Supergraph.from_sdl(narrowed(composing.supergraph_sdl(config), contract)).public_schema)
