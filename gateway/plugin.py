"""The one door: all that a plugin may import from the gateway.

A plugin's tests have a second one, ``gateway.host.testing``.
"""

from __future__ import annotations

from gateway.context import Answer, Context, Info, Services
from gateway.data.folded import closeness, folded, matches
from gateway.data.once import Keyed, digest_of, once
from gateway.data.rows import column, csv_lines, put_rows
from gateway.events.event import Event
from gateway.events.listeners import Listener
from gateway.events.outbox import emit
from gateway.hooks import API_VERSION, About, SubgraphTypes, hookimpl, question
from gateway.loader import Loader
from gateway.mutation import Payload, mutation
from identity.actor import Actor
from schema.errors import Refused, UserError
from schema.ids import global_id, local_id, random_id
from schema.tables import new_registry

__all__ = [
    "API_VERSION",
    "About",
    "Actor",
    "Answer",
    "Context",
    "Event",
    "Info",
    "Keyed",
    "Listener",
    "Loader",
    "Payload",
    "Refused",
    "Services",
    "SubgraphTypes",
    "UserError",
    "closeness",
    "column",
    "csv_lines",
    "digest_of",
    "emit",
    "folded",
    "global_id",
    "hookimpl",
    "local_id",
    "matches",
    "mutation",
    "new_registry",
    "once",
    "put_rows",
    "question",
    "random_id",
]
