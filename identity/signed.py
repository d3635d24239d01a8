"""Values of signing on: what it is for, who comes, what lets somebody in, and where a sign-in goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Channel = Literal["WEB", "APP"]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a sign-in is for. ``target``: a path of ours, or an app's redirect URI with its S256 ``app_challenge`` and
    ``app_state``. ``level``: the least that is wanted. ``session``: whose level is to be raised, "" for a new one.
    """

    channel: Channel
    target: str
    level: int = 1
    session: str = ""
    app_challenge: str = ""
    app_state: str = ""


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
