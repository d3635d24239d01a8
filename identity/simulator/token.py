"""The token endpoint and userinfo: a code for an id_token and an access token, and who the person is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from joserfc.util import urlsafe_b64encode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from identity.people import Person
from identity.simulator.client_proof import proven_client
from identity.simulator.core import NO_STORE, Core, Wrong, fields_of
from identity.simulator.settings import LEVELS

_ACR = {level: acr for acr, level in LEVELS.items()}


class Tokens:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def redeem(self, request: Request) -> Response:
        """``/token``."""
        try:
            fields = await fields_of(request)
            client = proven_client(self._core, request.headers.get("authorization"), fields)
            if fields.get("grant_type") != "authorization_code":
                raise Wrong("unsupported_grant_type", "grant_type must be authorization_code")
            granted = self._granted(client.client_id, fields)
        except Wrong as wrong:
            return wrong.response()
        access_token = secrets.token_urlsafe(32)
        lifetime_s = self._core.settings.token_lifetime_s
        self._core.store.put("access", access_token, granted, lifetime_s=lifetime_s)
        self._core.store.put("spent", fields["code"], {"access": access_token}, lifetime_s=lifetime_s)
        body = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": lifetime_s,
            "scope": granted["asked"]["scope"],
            "id_token": self._id_token(granted, access_token),
        }
        return JSONResponse(body, headers=NO_STORE)

    async def userinfo(self, request: Request) -> Response:
        """``/userinfo``."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        granted = self._core.store.get("access", token) if scheme.lower() == "bearer" else None
        if granted is None:
            headers = {**NO_STORE, "WWW-Authenticate": 'Bearer error="invalid_token"'}
            return JSONResponse({"error": "invalid_token"}, 401, headers)
        person = self._core.people[granted["person"]]
        return JSONResponse({"sub": person.subject, **person_claims(person)}, headers=NO_STORE)

    def _granted(self, client_id: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """What the code stands for, which is spent by this, whatever else is wrong. Raises: Wrong: invalid_grant."""
        code = fields.get("code", "")
        granted = self._core.store.take("code", code)
        if granted is None:
            # Whoever comes second may have stolen it, and so may the first: what it gave ends.
            if (spent := self._core.store.take("spent", code)) is not None:
                self._core.store.take("access", spent["access"])
            raise Wrong("invalid_grant", "the code is not good, or no longer")
        asked = granted["asked"]
        if asked["client_id"] != client_id or asked["redirect_uri"] != fields.get("redirect_uri"):
            raise Wrong("invalid_grant", "the code is another client's, or for another redirect_uri")
        made = urlsafe_b64encode(hashlib.sha256(fields.get("code_verifier", "").encode()).digest())
        if not hmac.compare_digest(made, asked["challenge"].encode()):
            raise Wrong("invalid_grant", "code_verifier is not the one of code_challenge")
        return granted

    def _id_token(self, granted: Mapping[str, Any], access_token: str) -> str:
        core = self._core
        key, asked, now = core.keys.current(), granted["asked"], core.now()
        person = core.people[granted["person"]]
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": core.settings.issuer,
            "sub": person.subject,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + core.settings.token_lifetime_s,
            "auth_time": granted["auth_time"],
            "acr": _ACR[granted["level"]],
            "sid": granted["sid"],
            "at_hash": urlsafe_b64encode(half).decode(),
        }
        if asked["nonce"]:
            claims["nonce"] = asked["nonce"]
        if core.settings.claims_in == "id_token":
            claims |= person_claims(person)
        return core.faults.sign({"alg": core.keys.algorithm, "kid": key.kid}, claims, key)


def person_claims(person: Person) -> dict[str, str]:
    """The claims by the names that a client of the real one uses; ``NgaySinh`` is our guess."""
    return {"SoDinhDanh": person.citizen_id, "HoVaTen": person.full_name, "NgaySinh": person.birth_date}
