"""Signing on: the relying party, the sessions and the city's data brought together. What the web routes ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from sqlmodel import Session
from starlette.types import ASGIApp

from gateway.data.database import Database
from gateway.events.event import Event
from gateway.events.outbox import emit
from gateway.host.acting import begin_acting
from gateway.host.ended import EndedSessions
from gateway.host.letting_in import LettingIn
from identity import audit, grants, links, logins, sessions
from identity.actor import Actor
from identity.once import draw, hash_of
from identity.provider.party import Begun, ProviderDown, RelyingParty
from identity.secrets import Secrets
from identity.settings import IdentitySettings
from identity.signed import Aim, Back, Pair, Visitor
from identity.tables import RefreshRow
from identity.tokens import InvalidToken, Tokens
from schema.errors import Refused
from schema.micros import SECOND_US, now_us

CALLBACK: Final = "/sign-in/callback"
FORGET_EVERY_S: Final = 3600.0
KEEP_ENDED_US: Final = 30 * sessions.DAY_US
"""How long a session that has ended can still be looked at."""

log = structlog.get_logger("gateway.host")


class SignOn:
    """Signs people in and out. ``party``: None where no provider is named, and nobody can sign in.

    ``scopes_of``: what each role allows. ``tokens``: the gateway's own. ``public_url``: without a slash at its end.
    """

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        secrets: Secrets,
        settings: IdentitySettings,
        scopes_of: Mapping[str, Sequence[str]],
        party: RelyingParty | None,
        public_url: str,
        ended: EndedSessions,
    ) -> None:
        self.settings = settings
        self.public_url = public_url
        self._ended = ended
        self.simulator: ASGIApp | None = None
        self._database = database
        self._tokens = tokens
        self._secrets = secrets
        self._scopes_of = scopes_of
        self._letting_in = LettingIn(secrets, scopes_of)
        self._party = party

    @property
    def party(self) -> RelyingParty:
        """Raises: Refused: SIGN_IN_UNAVAILABLE."""
        if self._party is None:
            raise Refused("No provider is configured: [identity] provider in plugins.toml.", code="SIGN_IN_UNAVAILABLE")
        return self._party

    @property
    def app_redirects(self) -> tuple[str, ...]:
        return self.settings.app_redirects

    async def begin(self, aim: Aim, browser: str) -> str:
        """The provider's address to send the browser to. ``browser``: the word of its sign-in cookie.

        Raises:
            Refused: SIGN_IN_UNAVAILABLE.
            ProviderDown: try again after a while.
        """
        begun = await self.party.begin(self.public_url + CALLBACK, level=aim.level, step_up=bool(aim.session))
        words = logins.Words(begun.state, begun.nonce, begun.verifier)
        await self._database.change(logins.keep_login, self._secrets, self.party.name, words, browser, aim, now_us())
        return begun.url

    async def failed(self, state: str, error: str, iss: str | None, visitor: Visitor) -> tuple[Aim, str]:
        """What a callback with an ``error`` was for, and why it failed.

        Raises:
            Refused, ProviderRefused, ProviderDown: it cannot be told.
        """
        login = await self._database.change(logins.take_login, self._secrets, state, visitor.browser, now_us())
        why = await self.party.refusal(error, iss)
        return login.aim, "PROVIDER_DOWN" if isinstance(why, ProviderDown) else why.code

    async def finish(self, code: str, state: str, iss: str | None, visitor: Visitor) -> Back:
        """A callback with a code.

        Raises:
            Refused: LOGIN_..., of the state; LOGIN_OTHER_PERSON; PERSON_ERASED.
            ProviderRefused, ProviderDown: of the code.
        """
        login = await self._database.change(logins.take_login, self._secrets, state, visitor.browser, now_us())
        begun = Begun(url="", state=state, nonce=login.nonce, verifier=login.verifier)
        identified = await self.party.finish(code, begun, self.public_url + CALLBACK, iss, level=login.aim.level)
        actor, refresh, ticket = await self._database.change(self._letting_in, login, identified, visitor.device)
        if ticket is not None:
            return Back(login.aim, ticket=ticket)
        return Back(login.aim, pair=self._pair(actor, refresh))

    async def redeem(self, ticket: str, verifier: str) -> Pair:
        """An app's ticket for its tokens. Raises: Refused: TICKET_INVALID, SESSION_ENDED."""

        def rule(session: Session) -> tuple[Actor, str]:
            now = now_us()
            row = sessions.going_on(session, logins.take_ticket(session, ticket, verifier, now), now)
            return grants.actor_of(session, row, self._scopes_of, now), sessions.new_refresh(session, row, now)

        return self._pair(*await self._database.change(rule))

    async def refresh(self, token: str) -> Pair:
        """A new pair for a refresh token, which is spent by this.

        Raises:
            Refused: INVALID_REFRESH, SESSION_ENDED, SESSION_EXPIRED; REFRESH_REUSED, which ends the session.
        """

        def rule(session: Session) -> tuple[Actor, str] | Refused:
            now = now_us()
            try:
                row, refresh = sessions.refresh(session, token, now)
            except sessions.RefreshReused as reused:
                # Told after the commit: what was written about it must stay.
                self._tell_ended(session, [reused.session], reused.person, "REFRESH_REUSED", now)
                return Refused(str(reused), code="REFRESH_REUSED")
            return grants.actor_of(session, row, self._scopes_of, now), refresh

        done = await self._database.change(rule)
        if isinstance(done, Refused):
            raise done
        return self._pair(*done)

    async def actor_of(self, token: str | None) -> Actor:
        """Raises: InvalidToken: it is none, has expired, or its session has ended."""
        if token is None:
            raise InvalidToken("Sign in first.", "UNAUTHENTICATED")
        actor = self._tokens.verify(token)
        self._ended.check(actor)
        return actor

    async def act_for(self, helper: Actor, delegation: str) -> tuple[str, int]:
        """An access token by which ``helper`` acts for who gave them this delegation, and its lifetime in seconds.

        Raises:
            Refused: as ``begin_acting``.
        """
        scopes = self._scopes_of.get("CITIZEN", ())
        acting = await self._database.change(begin_acting, helper, delegation, scopes, now_us())
        return self._tokens.sign(acting, lifetime_s=self.settings.access_s), self.settings.access_s

    async def session_of(self, access: str | None, refresh: str | None) -> str:
        """The id of the session that either lets in; "" of none."""
        if access is not None:
            with suppress(InvalidToken):
                return self._tokens.verify(access).session
        if refresh is None:
            return ""
        row = await self._database.read(lambda session: session.get(RefreshRow, hash_of(refresh)))
        return row.session if row is not None else ""

    async def sign_out(self, id: str) -> str | None:
        """End the session; the provider's address that ends its own, where it has one.

        Without ``id_token_hint``: the id_token holds the citizen's number, which must not stand in an address.
        """

        def rule(session: Session) -> None:
            now = now_us()
            if row := sessions.end(session, id, "SIGNED_OUT", now):
                self._tell_ended(session, [row.id], row.person, "SIGNED_OUT", now)

        await self._database.change(rule)
        return None if self._party is None else await self._party.logout_url(None, self.public_url + "/", draw())

    async def logged_out(self, logout_token: str) -> int:
        """How many sessions the provider's back-channel logout ended. Raises: ProviderRefused, ProviderDown."""
        told = await self.party.logged_out(logout_token)

        def rule(session: Session) -> int:
            now = now_us()
            subject = links.subject_hash(self._secrets, told.subject) if told.subject else ""
            ended = sessions.end_of_provider(session, self.party.name, told.sid, subject, told.jti, now)
            for row in ended:
                self._tell_ended(session, [row.id], row.person, "PROVIDER", now)
            return len(ended)

        return await self._database.change(rule)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What is over is forgotten while the block runs; what is kept open to the provider is closed at the end."""
        forgetting = asyncio.create_task(self._forget(), name="forget sign-ins")
        try:
            yield
        finally:
            forgetting.cancel()
            await asyncio.gather(forgetting, return_exceptions=True)
            if self._party is not None:
                await self._party.close()

    async def _forget(self) -> None:
        while True:
            try:
                await self._database.change(logins.forget_old, now_us())
                await self._database.change(sessions.forget_ended, now_us() - KEEP_ENDED_US)
            except Exception:
                log.exception("what is over could not be forgotten; trying again")
            await asyncio.sleep(FORGET_EVERY_S)

    def _tell_ended(self, session: Session, ids: Sequence[str], person: str, why: str, now: int) -> None:
        for id in ids:
            emit(session, Event(sessions.SESSION_ENDED, {"session": id, "person": person, "why": why}))
        entry = audit.Entry(actor=Actor(id=person), act="SESSION_ENDED", subject=person, reason=why)
        audit.record(session, entry, now)

    def _pair(self, actor: Actor, refresh: str) -> Pair:
        lifetime_s = self.settings.access_s
        return Pair(
            access=self._tokens.sign(actor, lifetime_s=lifetime_s),
            refresh=refresh,
            expires_in_s=lifetime_s,
            refresh_in_s=sessions.IDLE_US // SECOND_US,
            level=actor.level,
        )
