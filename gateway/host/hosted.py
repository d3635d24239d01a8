"""The plugins of an assembly, running over a database: what a city and a service of one plugin have alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog

from gateway.context import Services
from gateway.data.database import Database
from gateway.data.faults import DatabaseFault
from gateway.events.bus import Bus
from gateway.events.listeners import ListenerRunner, listening
from gateway.events.relay import Relay
from gateway.host.assembly import Assembly
from gateway.host.lifespans import bounded
from gateway.host.loading import Plugin
from gateway.host.questions import Elsewhere, Questions
from gateway.subgraphs.client import HttpClient
from identity.people import person_named

log = structlog.get_logger("gateway.host")

SIGNED_IN_S = 12 * 3600
"""How long a seeded person stays signed in, in development."""


class HostedPlugins:
    """Their services by name, the events that they share with other processes through the database, their questions.

    ``elsewhere``: the way to the plugins of other processes. ``client``: for all that goes out; closed at the end.
    """

    def __init__(self, assembly: Assembly, database: Database, client: HttpClient, elsewhere: Elsewhere) -> None:
        self.assembly = assembly
        self.database = database
        self.client = client
        self.bus = Bus()
        self.relay = Relay(database, self.bus, keep_days=assembly.manifest.gateway.keep_events_days)
        self.tokens = assembly.manifest.tokens()
        self.secrets = assembly.manifest.secrets()
        self.services: dict[str, Services] = {}
        self.questions = Questions(assembly.manager, self.services, list(assembly.manifest.plugins), elsewhere)
        sign_in = self.sign_in if assembly.manifest.in_development else None
        for name, plugin in assembly.plugins.items():
            self.services[name] = Services(
                name, plugin.settings, database, self.bus, self.questions, self.secrets, sign_in
            )

    def sign_in(self, person: str) -> str:
        """A token for a seeded person, in development.

        Raises:
            UnknownPerson: nobody of that name is seeded.
        """
        actor = person_named(person).to_actor(self.assembly.manifest.roles)
        return self.tokens.sign(actor, lifetime_s=SIGNED_IN_S)

    async def ready(self) -> dict[str, Any]:
        """Whether this process can serve: its database is there, and can be written to."""
        try:
            await self.database.check()
        except DatabaseFault as fault:
            log.warning("not ready", reason=fault.code, database=fault.state)
            return {"ready": False, "database": fault.state}
        except Exception as error:
            log.warning("not ready", reason=type(error).__name__)
            return {"ready": False, "database": "unreachable"}
        return {"ready": True, "database": "ok"}

    @asynccontextmanager
    async def running(self, lost: Callable[[Plugin, Exception], None]) -> AsyncIterator[None]:
        """Events are relayed, listeners listen and the plugins' own lifespans run while the block does.

        ``lost``: told of a plugin whose lifespan could not be entered, before the block begins.
        """
        async with AsyncExitStack() as stack:
            stack.callback(self.database.close)
            stack.push_async_callback(self.client.close)
            for plugin in list(self.assembly.plugins.values()):
                await self._enter(stack, plugin, lost)
            runners = [
                ListenerRunner(self.database, plugin.name, listener)
                for plugin in self.assembly.plugins.values()
                for listener in plugin.listeners
            ]
            for runner in runners:
                self.relay.on_events(runner.wake)
            await stack.enter_async_context(listening(self.database, runners))
            await stack.enter_async_context(self.relay.running())
            yield

    async def _enter(self, stack: AsyncExitStack, plugin: Plugin, lost: Callable[[Plugin, Exception], None]) -> None:
        hooks = self.assembly.manager.hook.lifespan.get_hookimpls()
        for hook in [hook for hook in hooks if hook.plugin_name == plugin.name]:
            try:
                own: Any = hook.function(self.services[plugin.name])
                await stack.enter_async_context(bounded(plugin.name, own))
            except Exception as error:
                log.exception("a plugin's lifespan failed", plugin=plugin.name)
                lost(plugin, error)
