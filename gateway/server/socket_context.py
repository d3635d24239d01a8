"""What one WebSocket carries from its handshake to each of its operations."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.request import RequestScope
from gateway.server.identification import bearer, new_id, new_scope
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
    connection_params: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor = ANONYMOUS

    async def authenticate(self) -> None:
        """Set the actor from the payload's ``Authorization`` or ``token``, else from the handshake's header.

        Raises:
            InvalidToken: INVALID_TOKEN, TOKEN_EXPIRED.
        """
        self.actor = await self.served.authenticate(self._token())

    def _token(self) -> str | None:
        given = {str(name).lower(): value for name, value in self.connection_params.items()}
        for name in ("authorization", "token"):
            value = given.get(name)
            if value is None:
                continue
            if not isinstance(value, str):
                raise InvalidToken(f"{name} is a string.")
            return bearer(value if name == "authorization" else f"Bearer {value}")
        return bearer(self.headers.get("authorization"))

    def operation_scope(self) -> RequestScope:
        """A scope of its own for each operation: no cache of one is seen by the next."""
        scope = new_scope(self.actor, new_id(), dict(self.headers), self.request_timeout_s)
        # A gateway that subscribes for a client tells so by which event it resumes.
        scope.resume_after = self.headers.get("last-event-id") or None
        return scope

    def at_expiry(self, action: Callable[[], None]) -> asyncio.TimerHandle | None:
        """Call ``action`` when the actor's token ends; None when it never does."""
        if self.actor.expires_at is None:
            return None
        remaining_s = max(0.0, self.actor.expires_at - time.time())
        return asyncio.get_running_loop().call_later(remaining_s, action)
