"""Requests done once: a mutation that comes again under its client's key answers what the first one made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Field, Session, SQLModel

from schema.errors import Refused
from schema.scalars import utc_now
from schema.tables import new_registry

Made = TypeVar("Made")

KEY_MOST = 100


class Table(SQLModel, registry=new_registry()):
    """Base of the one table here."""


class RequestRow(Table, table=True):
    """A mutation that was done under a client's key. ``digest``: SHA-256 of what was asked, in hex. ``made``: the
    plugin's own key of what came of it.
    """

    __tablename__ = "gateway_request"

    plugin: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    client_key: str = Field(primary_key=True)
    digest: str
    made: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request under its client's key, the ``clientMutationId``; None is without. The key is this actor's alone."""

    plugin: str
    actor: str
    client_key: str | None
    digest: str


def digest_of(what: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a mutation's name and input."""
    written = json.dumps(what, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def once(
    session: Session,
    request: Keyed,
    rule: Callable[[Session], Made],
    *,
    key_of: Callable[[Made], str],
    find: Callable[[Session, str], Made],
    key_most: int = KEY_MOST,
) -> Made:
    """What ``rule(session)`` makes; the second time under the same key, what ``find(session, key_of(made))`` finds of
    it now, with nothing done.

    A client whose connection broke sends again and cannot do harm. Run it by ``context.change``: of two at once, one
    waits for the other.

    Raises:
        Refused: IDEMPOTENCY_CONFLICT, when something else was asked under the key before; BAD_CLIENT_MUTATION_ID, when
            it has not 1 to ``key_most`` characters; what ``rule`` and ``find`` raise.
    """
    key = request.client_key
    if key is None:
        return rule(session)
    if not 0 < len(key) <= key_most:
        text = f"clientMutationId has 1 to {key_most} characters."
        raise Refused(text, code="BAD_CLIENT_MUTATION_ID", field="clientMutationId")
    done = session.get(RequestRow, (request.plugin, request.actor, key))
    if done is None:
        made = rule(session)
        whose = {"plugin": request.plugin, "actor": request.actor, "client_key": key}
        session.add(RequestRow(**whose, digest=request.digest, made=key_of(made), at=utc_now()))
        return made
    if done.digest != request.digest:
        raise Refused(
            "Something else was asked under this clientMutationId: take a new one for a new request.",
            code="IDEMPOTENCY_CONFLICT",
            field="clientMutationId",
        )
    return find(session, done.made)
