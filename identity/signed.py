"""Values of signing on: who comes, what lets somebody in, and where a sign-in goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from identity.logins import Aim


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser or app at the other end. ``browser``: the word in its sign-in cookie. ``device``: coarse."""

    browser: str | None = field(repr=False)
    device: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """What lets somebody in. ``expires_in_s``: of the access token; ``refresh_in_s``: of the refresh token, unused."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in_s: int
    refresh_in_s: int
    level: int


@dataclass(frozen=True, slots=True)
class Back:
    """Where a callback goes on. ``pair``: for a browser; ``ticket``: for an app."""

    aim: Aim
    pair: Pair | None = None
    ticket: str | None = field(default=None, repr=False)
