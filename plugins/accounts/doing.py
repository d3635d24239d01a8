"""Doing what a request asks: the data file put together, the erasure put to all plugins, the restriction."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
from sqlmodel import Session

from gateway.plugin import Actor, Context, Refused
from plugins.accounts.asking import erase_of, export_of
from plugins.accounts.models import RequestRow
from plugins.accounts.service import erasing, files, held, requests, restricting
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.terms import RequestKind, RequestState
from schema.micros import from_micros, now_us

FORMAT = "congdanso.data-file.1"


async def do_at_once(context: Context, row: RequestRow) -> RequestRow:
    """Do what needs nobody's judgement: an EXPORT, a RESTRICT. The others wait for the office.

    A file that cannot be made now waits for the office, too.
    """
    if row.state != RequestState.RECEIVED:
        return row
    if row.kind == RequestKind.RESTRICT:
        return await context.change(_restrict, row.id, context.actor, now_us())
    if row.kind == RequestKind.EXPORT:
        try:
            return await make_file(context, row)
        except Refused as refused:
            if refused.code not in ("PLUGIN_SILENT", "FILE_TOO_LARGE"):
                raise
    return row


async def make_file(context: Context, row: RequestRow) -> RequestRow:
    """The person's data of all plugins in one file. Raises: Refused: PLUGIN_SILENT, FILE_TOO_LARGE."""
    plugins = await export_of(context, row.person)
    secrets, now = context.services.secrets, now_us()
    whole: dict[str, Any] = {
        "format": FORMAT,
        "made_at": from_micros(now).isoformat(),
        "identity": await context.read(held.identity_held, row.person, secrets, now),
        "accounts": await context.read(held.accounts_held, row.person, secrets),
        **{name: plugins[name] for name in sorted(plugins)},
    }
    return await context.change(
        files.keep_file,
        row.id,
        orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode(),
        context.actor,
        secrets=secrets,
        settings=context.settings(AccountsSettings),
        now=now,
    )


async def answer(context: Context, id: str, *, done: bool, reason: str) -> RequestRow:
    """Answer a person's request; what is done of it by program is done first.

    Raises:
        Refused: those of ``requests.answerable``; REASON_NEEDED, REASON_TOO_LONG; PLUGIN_SILENT; FILE_TOO_LARGE.
    """
    actor, secrets = context.actor, context.services.secrets
    text = requests.checked_reason(reason, context.settings(AccountsSettings), needed=not done)
    sealed = secrets.sealer.seal(text) if text else ""
    row = await context.change(requests.answerable, id, actor, now_us())
    if done and row.kind == RequestKind.ERASE:
        return await _erase(context, row, sealed)
    if done and row.kind == RequestKind.EXPORT:
        return await make_file(context, row)
    if done and row.kind == RequestKind.RESTRICT:
        return await context.change(_restrict, id, actor, now_us())
    state = RequestState.DONE if done else RequestState.REFUSED
    return await context.change(_finish, id, state, sealed, actor, now_us())


async def _erase(context: Context, row: RequestRow, reason: str) -> RequestRow:
    parts = await erase_of(context, row.person)
    done = await context.change(erasing.finish_erasure, row.id, parts, reason, context.actor, now_us())
    # What the person did between the two is there: now that they cannot come back, once more.
    with suppress(Refused):
        await erase_of(context, row.person)
    return done


def _restrict(session: Session, id: str, by: Actor, now: int) -> RequestRow:
    row = requests.request_to_change(session, id)
    if row is None or row.state != RequestState.RECEIVED:
        return requests.existing(session, id)
    return restricting.restrict(session, row, by, now)


def _finish(session: Session, id: str, state: RequestState, reason: str, by: Actor, now: int) -> RequestRow:
    row = requests.answerable(session, id, by, now)
    return requests.finish(session, row, state, by, now, reason=reason)
