"""Senders: how a code gets to a phone or a mailbox. In development it goes into a table that its person can read."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Protocol

from gateway.plugin import Context, Refused, Services
from plugins.accounts.service.contacts import Message, keep_message
from plugins.accounts.settings import AccountsSettings
from schema.micros import now_us


class ContactSender(Protocol):
    """Sends messages. One that cannot be sent now raises; nothing of a message may be logged."""

    async def send(self, context: Context, message: Message) -> None: ...


class Outbox:
    """Sends nothing: keeps messages, sealed, for the query ``devOutbox``."""

    async def send(self, context: Context, message: Message) -> None:
        await context.change(keep_message, message, context.services.secrets, now_us())


def sender_of(services: Services) -> ContactSender:
    """What the settings name; in development, the outbox.

    Raises:
        Refused: SENDING_UNAVAILABLE, where there is none.
    """
    settings: AccountsSettings = services.settings
    if settings.sender is not None:
        sender: ContactSender = _maker(settings.sender)(services)
        return sender
    if not in_development(services):
        raise Refused("The city cannot send codes yet: try again later.", code="SENDING_UNAVAILABLE")
    return Outbox()


def in_development(services: Services) -> bool:
    """Where a person is signed in by name, and nowhere else."""
    return services.sign_in is not None


@cache
def _maker(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
