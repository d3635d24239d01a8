"""Loaders: what several fields of an account ask for, read once."""

from __future__ import annotations

from gateway.plugin import Loader
from plugins.accounts.models import ProfileRow
from plugins.accounts.service.profile import profiles


class ProfileOfPerson(Loader[str, ProfileRow]):
    """By person: as it comes where nothing was set."""

    rows = staticmethod(profiles)
