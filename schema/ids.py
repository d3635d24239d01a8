"""Identifiers: global ids that name their type, and random ids that cannot be guessed."""

from __future__ import annotations

import secrets

import strawberry

from schema.errors import Refused

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def global_id(typename: str, local: str) -> strawberry.ID:
    """``Ward:26740`` for a ward's code: unique over the graph, and readable in a log (docs/adr/0003)."""
    return strawberry.ID(f"{typename}:{local}")


def local_id(typename: str, given: str) -> str:
    """What follows the type in a global id; a bare local id is taken as it is.

    Raises:
        Refused: BAD_ID, when the id is of another type or empty.
    """
    head, colon, tail = given.partition(":")
    if not colon:
        tail, head = head, typename
    if head != typename or not tail:
        raise Refused(f"{given[:60]!r} is not the id of a {typename}: it looks like {typename}:...", code="BAD_ID")
    return tail


def random_id(length: int = 16) -> str:
    """A public id of ``length`` characters, about 5 bits each, from a secure source; no look-alikes (0/o, 1/i/l)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
