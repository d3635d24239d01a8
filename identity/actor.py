"""Who asks: the actor that a request is made for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A verified person, a program, or nobody.

    ``id``: opaque and stable, never a citizen number; "" is nobody. ``level``: of the e-ID, 0 to 2.
    ``roles``: of DOMAIN, such as ``CITIZEN`` or ``OFFICER``. ``agency``: key of the agency that an officer acts for.
    ``wards``: GSO codes of the wards that the officer's jurisdiction is limited to; empty is the whole city.
    ``scopes``: ``plugin:verb``, what the roles allow. ``expires_at``: epoch seconds of the token's end, None is never.
    ``session``: id of the session that the token is of, "" without one. ``auth_at``: epoch seconds at which the person
    last proved to the e-ID who they are, 0 is unknown. ``delegate``: id of who acts in truth when somebody else does
    for the person, "" when nobody does.
    """

    id: str = ""
    level: int = 0
    roles: frozenset[str] = frozenset()
    agency: str | None = None
    wards: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    expires_at: int | None = None
    session: str = ""
    auth_at: int = 0
    delegate: str = ""

    @property
    def is_authenticated(self) -> bool:
        return bool(self.id)

    def has_scopes(self, alternatives: Iterable[Iterable[str]]) -> bool:
        """Whether all scopes of at least one alternative are held (the meaning of ``@requiresScopes``)."""
        return any(self.scopes.issuperset(needed) for needed in alternatives)


ANONYMOUS = Actor()
