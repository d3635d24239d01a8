"""The loader of vneid: the e-ID of a person."""

from __future__ import annotations

from gateway.plugin import Loader
from identity.links import Link
from plugins.vneid.service import links_by_person


class LinkByPerson(Loader[str, Link]):
    rows = staticmethod(links_by_person)
