"""What one WebSocket carries from its handshake to each of its operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.request import RequestScope
from gateway.server.cookies import SessionCookies
from gateway.server.identification import bearer, new_id, new_scope, token_of
from gateway.server.refusals import HTTPRefusal
from gateway.server.served import Served
from gateway.server.streams import Slot
from identity.actor import ANONYMOUS, Actor
from identity.tokens import InvalidToken


@dataclass(slots=True)
class SocketContext:
    """``headers``: of the handshake. ``connection_params``: the payload of ``connection_init``, once it came.

    ``slot``: the socket's place among the open streams.
    """

    served: Served
    headers: Mapping[str, str]
    request_timeout_s: float
    slot: Slot
    cookies: SessionCookies
    connection_params: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor = ANONYMOUS

    async def authenticate(self) -> None:
        """Set the actor from the payload's ``Authorization`` or ``token``, else from the handshake's header.

        Raises:
            InvalidToken: INVALID_TOKEN, TOKEN_EXPIRED.
        """
        self.actor = await self.served.authenticate(self._token(self.connection_params))
        self.slot.session = self.actor.session

    async def renew(self, params: Mapping[str, Any]) -> None:
        """Go on with a newer token of the same person and session, given as at the beginning.

        Raises:
            InvalidToken: OTHER_SESSION, besides those of every token.
        """
        actor = await self.served.authenticate(self._token(params))
        if (actor.id, actor.session) != (self.actor.id, self.actor.session):
            raise InvalidToken("The token is of another session: open a new socket.", "OTHER_SESSION")
        self.actor = actor

    def _token(self, params: Mapping[str, Any]) -> str | None:
        given = {str(name).lower(): value for name, value in params.items()}
        for name in ("authorization", "token"):
            value = given.get(name)
            if value is None:
                continue
            if not isinstance(value, str):
                raise InvalidToken(f"{name} is a string.")
            return bearer(value if name == "authorization" else f"Bearer {value}")
        try:
            return token_of(self.headers, self.cookies)
        except HTTPRefusal as refusal:
            raise InvalidToken(refusal.message, refusal.code) from None

    def operation_scope(self) -> RequestScope:
        """A scope of its own for each operation: no cache of one is seen by the next."""
        scope = new_scope(self.actor, new_id(), dict(self.headers), self.request_timeout_s)
        # A gateway that subscribes for a client tells so by which event it resumes.
        scope.resume_after = self.headers.get("last-event-id") or None
        return scope
