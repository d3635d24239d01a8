"""The level gate: what needs a higher level of the e-ID is refused in a way that leads to it."""

from __future__ import annotations

from typing import Any, Final

from identity.actor import Actor
from schema.errors import Refused

LEVEL_TOO_LOW: Final = "LEVEL_TOO_LOW"


def step_up_url(level: int) -> str:
    """Where a browser raises the level of its session, on the gateway. Add ``&to=`` and a path to come back to."""
    return f"/sign-in?step_up=1&level={level}"


class LevelTooLow(Refused):
    """``extensions``: ``needed``, the level, and ``url``, where to get there: a query's error has both."""

    def __init__(self, needed: int) -> None:
        url = step_up_url(needed)
        text = f"This needs level {needed} of the e-ID: raise yours at {url}."
        super().__init__(text, code=LEVEL_TOO_LOW)
        self.extensions: dict[str, Any] = {"needed": needed, "url": url}


def need_level(actor: Actor, needed: int) -> None:
    """Pass who signed in at ``needed`` or above.

    Raises:
        Refused: UNAUTHENTICATED; LEVEL_TOO_LOW.
    """
    if not actor.is_authenticated:
        raise Refused("Sign in first.", code="UNAUTHENTICATED")
    if actor.level < needed:
        raise LevelTooLow(needed)
