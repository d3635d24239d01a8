"""Rights: which scopes the rules of news and alerts need, whoever lets the question through to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.plugin import Actor, Refused

PUBLISH: Final = "engagement:publish"
DRAFT_ALERT: Final = "engagement:draft_alert"
APPROVE_ALERT: Final = "engagement:approve_alert"

PUBLISH_SCOPES: Final = [[PUBLISH]]
DRAFTING_SCOPES: Final = [[DRAFT_ALERT]]
APPROVING_SCOPES: Final = [[APPROVE_ALERT]]
DRAFT_SCOPES: Final = [[DRAFT_ALERT], [APPROVE_ALERT]]
"""Either lets an actor see drafts."""


def check_right(by: Actor, scopes: Iterable[Iterable[str]], to_what: str) -> None:
    """Pass who holds all scopes of one of the alternatives.

    The gateway has asked the same already; a subgraph that is asked without it has only this.

    Raises:
        Refused: FORBIDDEN. ``to_what``: ends the sentence "You may not".
    """
    if not by.is_authenticated or not by.has_scopes(scopes):
        raise Refused(f"You may not {to_what}.", code="FORBIDDEN")
