"""The relying party: begins sign-ins at a provider, and finds out who came back. It keeps nothing of any sign-in."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from identity.provider.calls import Calls
from identity.provider.claims import Identified, completed, identify, needs_userinfo
from identity.provider.client_auth import ClientAuth
from identity.provider.errors import ProviderDown, ProviderRefused
from identity.provider.id_token import Expected, check_id_token
from identity.provider.keys import ProviderKeys
from identity.provider.logout import LoggedOut, check_logout_token, logout_address
from identity.provider.metadata import Discovery, Metadata
from identity.provider.pkce import challenge_of
from identity.provider.settings import ProviderSettings
from identity.provider.signed import Signed

__all__ = ["Begun", "Identified", "LoggedOut", "ProviderDown", "ProviderRefused", "RelyingParty"]

_CODE_MOST: Final = 2048
_DENIED: Final = {
    "access_denied": "LOGIN_DENIED",
    "login_required": "LOGIN_REQUIRED",
    "interaction_required": "LOGIN_REQUIRED",
    "consent_required": "LOGIN_REQUIRED",
    "account_selection_required": "LOGIN_REQUIRED",
    "unmet_authentication_requirements": "LEVEL_NOT_REACHED",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way. ``url``: where the browser goes. The rest is kept, out of sight, until it comes back.

    The nonce of a step-up ends in the second when it began, so that whoever kept it need not tell.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class RelyingParty:
    """One provider, as its client. ``clock``: epoch seconds. What it keeps are endpoints and public keys alone."""

    def __init__(self, settings: ProviderSettings, *, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.name = settings.name
        self._clock = clock
        self._calls = Calls(settings)
        self._discovery = Discovery(settings, self._calls)
        self._signed = Signed(settings, self._discovery, ProviderKeys(settings, self._calls), clock=clock)
        self._auth = ClientAuth(settings, clock=clock)

    async def close(self) -> None:
        await self._calls.close()

    async def begin(self, redirect_uri: str, level: int = 1, step_up: bool = False) -> Begun:
        """A new sign-in. ``level``: the least that is wanted. ``step_up``: the person is asked anew in any case.

        Raises:
            ProviderDown: at once, while the provider is known to be down.
            ProviderRefused: PROVIDER_MISMATCH, when its discovery document cannot be used.
        """
        if (wait_s := self._calls.circuit.closed_in_s) > 0:
            raise self._calls.down(wait_s)
        metadata = await self._discovery.metadata()
        state, verifier, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        if step_up:
            nonce = f"{nonce}.{int(self._clock())}"
        asked = {
            **self.settings.parameters,
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        if wanted := [acr for acr, worth in self.settings.levels.items() if worth == max(level, 1)]:
            asked["acr_values"] = " ".join(wanted)
        if step_up:
            asked |= {"prompt": "login", "max_age": "0"}
        endpoint = metadata.authorization_endpoint
        return Begun(endpoint + ("&" if "?" in endpoint else "?") + urlencode(asked), state, nonce, verifier)

    async def finish(
        self, code: str, begun: Begun, redirect_uri: str, iss: str | None, *, level: int = 1
    ) -> Identified:
        """Who came back with ``code``. ``iss``: as the answer had it. ``level``: what was asked for, and is needed.

        Raises:
            ProviderDown: within ``finish_within_s``.
            ProviderRefused: of any code but LOGIN_... and LOGOUT_TOKEN_INVALID.
        """
        try:
            async with asyncio.timeout(self.settings.finish_within_s):
                return await self._finish(code, begun, redirect_uri, iss, level)
        except TimeoutError:
            self._calls.circuit.failed()
            raise self._calls.down() from None

    async def refusal(self, error: str, iss: str | None) -> ProviderRefused | ProviderDown:
        """What an answer with an ``error`` instead of a code means. Raises: as it returns, when it cannot be told."""
        self._check_issuer(await self._discovery.metadata(), iss)
        if error in ("server_error", "temporarily_unavailable"):
            return self._calls.down()
        return ProviderRefused(_DENIED.get(error, "LOGIN_FAILED"))

    async def logout_url(self, id_token_hint: str | None, return_to: str, state: str) -> str | None:
        """Where a browser goes to sign out there too; None when the provider has no such place, or is down."""
        try:
            metadata = await self._discovery.metadata()
        except (ProviderDown, ProviderRefused):
            return None
        return logout_address(metadata.end_session_endpoint, self.settings.client_id, id_token_hint, return_to, state)

    async def logged_out(self, logout_token: str) -> LoggedOut:
        """Raises: ProviderRefused: LOGOUT_TOKEN_INVALID. ProviderDown: there are no keys to check it by."""
        return await check_logout_token(self._signed, logout_token)

    async def _finish(self, code: str, begun: Begun, redirect_uri: str, iss: str | None, level: int) -> Identified:
        metadata = await self._discovery.metadata()
        # Before the code is sent anywhere: another provider's must not go to this one.
        self._check_issuer(metadata, iss)
        id_token, access_token = await self._redeem(metadata, code, begun.verifier, redirect_uri)
        expected = Expected(begun.nonce, code, access_token, _anew_since(begun.nonce))
        claims = await check_id_token(self._signed, id_token, expected)
        if metadata.userinfo_endpoint and access_token and needs_userinfo(self.settings, claims):
            userinfo = await self._userinfo(metadata.userinfo_endpoint, access_token, claims["sub"])
            claims = completed(self.settings, claims, userinfo)
        identified = identify(self.settings, claims, id_token, int(self._clock()))
        if identified.level < level:
            raise ProviderRefused("LEVEL_NOT_REACHED")
        return identified

    def _check_issuer(self, metadata: Metadata, iss: str | None) -> None:
        if (iss is None and metadata.iss_sent) or (iss is not None and iss != self.settings.issuer):
            raise ProviderRefused("PROVIDER_MISMATCH", "iss")

    async def _redeem(self, metadata: Metadata, code: str, verifier: str, redirect_uri: str) -> tuple[str, str]:
        if not 0 < len(code) <= _CODE_MOST:
            raise ProviderRefused("CODE_REFUSED")
        headers, proof = self._auth.proof()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            **proof,
        }
        answer = await self._calls.post(metadata.token_endpoint, form, headers)
        if answer.status != 200:
            is_ours = answer.status == 401 or answer.body.get("error") in ("invalid_client", "unauthorized_client")
            raise ProviderRefused("CLIENT_REFUSED" if is_ours else "CODE_REFUSED")
        id_token, access_token = answer.body.get("id_token"), answer.body.get("access_token", "")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise ProviderRefused("ID_TOKEN_INVALID", "missing")
        if not access_token.isascii() or not access_token.isprintable():
            raise ProviderRefused("ID_TOKEN_INVALID", "access_token")
        return id_token, access_token

    async def _userinfo(self, endpoint: str, access_token: str, subject: str) -> Mapping[str, Any]:
        answer = await self._calls.get(endpoint, {"Authorization": f"Bearer {access_token}"})
        if answer.status != 200:
            raise ProviderRefused("USERINFO_REFUSED")
        if answer.body.get("sub") != subject:
            raise ProviderRefused("USERINFO_MISMATCH")
        return answer.body


def _anew_since(nonce: str) -> int | None:
    began = nonce.rpartition(".")[2] if "." in nonce else ""
    return int(began) if began.isdigit() else None
