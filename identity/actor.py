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
    """

    id: str = ""
    level: int = 0
    roles: frozenset[str] = frozenset()
    agency: str | None = None
    wards: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    expires_at: int | None = None

    @property
    def is_authenticated(self) -> bool:
        return bool(self.id)

    def has_scopes(self, alternatives: Iterable[Iterable[str]]) -> bool:
        """Whether all scopes of at least one alternative are held (the meaning of ``@requiresScopes``)."""
        return any(self.scopes.issuperset(needed) for needed in alternatives)


ANONYMOUS = Actor()
