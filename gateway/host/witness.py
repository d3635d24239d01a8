"""Who acts for another is seen: every mutation of a helper is checked against the delegation, and written down."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)
from sqlmodel import Session

from gateway.data.database import Database
from gateway.execution.errors import RequestError
from gateway.execution.operations import Prepared
from gateway.request import RequestScope
from identity import audit, delegations
from identity.actor import Actor
from schema.errors import Refused
from schema.micros import now_us

FIELDS_MOST = 20


class Witness:
    """Asked before a mutation runs. Acts of one's own pass at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, prepared: Prepared, scope: RequestScope) -> None:
        """Raises: RequestError: DELEGATION_ENDED, since the token was made for it."""
        if not scope.actor.delegate:
            return
        fields = list(_root_fields(prepared.operation.selection_set, prepared.document))[:FIELDS_MOST]
        try:
            await self._database.change(_note, scope.actor, fields)
        except Refused as refused:
            raise RequestError.one(refused.message, refused.code) from None


def _root_fields(selections: SelectionSetNode, document: DocumentNode) -> Iterator[str]:
    """Names of what is selected at the root, in fragments too; a valid document has no circle of them."""
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, document)
        elif isinstance(node, FragmentSpreadNode):
            for fragment in document.definitions:
                if isinstance(fragment, FragmentDefinitionNode) and fragment.name.value == node.name.value:
                    yield from _root_fields(fragment.selection_set, document)


def _note(session: Session, actor: Actor, fields: list[str]) -> None:
    now = now_us()
    if not delegations.is_acting(session, actor.id, actor.delegate, now):
        raise Refused("The delegation has ended: act for yourself.", code="DELEGATION_ENDED")
    entry = audit.Entry(actor=actor, act="ACT_FOR", subject=actor.id, detail={"fields": fields})
    audit.record(session, entry, now)
