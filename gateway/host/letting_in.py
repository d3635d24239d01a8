"""A sign-in that came back well becomes a session: in one transaction, with its line in the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from identity import audit, grants, links, logins, sessions
from identity.actor import Actor
from identity.provider.party import Identified
from identity.secrets import Secrets
from identity.tables import SessionRow
from schema.errors import Refused
from schema.micros import SECOND_US, now_us


class LettingIn:
    """``scopes_of``: what each role allows."""

    def __init__(self, secrets: Secrets, scopes_of: Mapping[str, Sequence[str]]) -> None:
        self._secrets = secrets
        self._scopes_of = scopes_of

    def __call__(
        self, session: Session, login: logins.Login, identified: Identified, device: str
    ) -> tuple[Actor, str, str | None]:
        """The actor, a refresh token and, for an app, a ticket in its place."""
        now = now_us()
        link = links.link(session, self._secrets, login.provider, identified, now)
        if login.aim.session:
            row = self._step_up(session, login.aim.session, link.person, identified, now)
        else:
            row = sessions.start(session, link.person, self._opened(login, identified, device), now)
        actor = grants.actor_of(session, row, self._scopes_of, now)
        detail: dict[str, audit.Detail] = {"channel": row.channel, "level": row.level, "device": row.device}
        act = "STEP_UP" if login.aim.session else "SIGN_IN"
        audit.record(session, audit.Entry(actor=actor, act=act, subject=actor.id, detail=detail), now)
        if login.aim.channel == "APP":
            return actor, "", logins.new_ticket(session, row.id, login.aim.app_challenge, now)
        return actor, sessions.new_refresh(session, row, now), None

    def _opened(self, login: logins.Login, identified: Identified, device: str) -> sessions.Opened:
        return sessions.Opened(
            channel=login.aim.channel,
            device=device,
            provider=login.provider,
            provider_sid=identified.sid,
            level=identified.level,
            acr=identified.acr,
            auth_at=identified.auth_at * SECOND_US,
        )

    def _step_up(self, session: Session, id: str, person: str, identified: Identified, now: int) -> SessionRow:
        row = sessions.going_on(session, id, now)
        if row.person != person:
            raise Refused("Somebody else confirmed: step up as the one who is signed in.", code="LOGIN_OTHER_PERSON")
        auth_at = identified.auth_at * SECOND_US
        return sessions.raise_level(session, id, identified.level, identified.acr, auth_at, now)
