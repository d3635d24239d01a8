"""What a test can have go wrong at the simulator. There is no way to any of it over HTTP."""

from __future__ import annotations

import asyncio
import json
import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from identity.simulator.keys import SigningKey

Claims = dict[str, Any]
Forger = Callable[[Claims, Claims, SigningKey], str]
"""``header, claims, key -> token``, instead of the signature that is right."""

WrongToken = Literal["wrong_nonce", "expired", "alg_none", "other_key", "wrong_aud"]
BACK_CHANNEL: Final = frozenset(("/token", "/jwks", "/userinfo", "/.well-known/openid-configuration"))


@dataclass
class Faults:
    """All off. ``at``: the paths that it is about. ``slow_s``: before each answer. ``failing``: the share that is 500.

    ``body``: with status 200 and this ``media_type`` instead of the answer. ``id_token``: what is wrong with it;
    ``forge``: makes any other. ``draws``: where chance comes from, so that a test can be run again.
    """

    at: frozenset[str] = BACK_CHANNEL
    slow_s: float = 0.0
    failing: float = 0.0
    status: int = 500
    body: bytes | None = None
    media_type: str = "text/html"
    id_token: WrongToken | None = None
    forge: Forger | None = None
    draws: random.Random = field(default_factory=random.Random)

    def sign(self, header: Claims, claims: Claims, key: SigningKey) -> str:
        """The id_token, right or wrong."""
        if self.forge is not None:
            return self.forge(header, claims, key)
        match self.id_token:
            case "wrong_nonce":
                claims = {**claims, "nonce": "another"}
            case "expired":
                claims = {**claims, "exp": claims["iat"] - 3600}
            case "wrong_aud":
                claims = {**claims, "aud": "another"}
            case "alg_none":
                return _unsigned(header, claims)
            case "other_key":
                other = ECKey.generate_key("P-256") if isinstance(key, ECKey) else RSAKey.generate_key(2048)
                return jwt.encode(header, claims, other, algorithms=[header["alg"]])
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def _unsigned(header: Claims, claims: Claims) -> str:
    with warnings.catch_warnings():
        # That nobody should make such a token is why this one is made.
        warnings.simplefilter("ignore", SecurityWarning)
        return jws.serialize_compact({**header, "alg": "none"}, json.dumps(claims), None, algorithms=["none"])


class Faulty:
    """ASGI middleware: the answers that do not come, or come wrong."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults = self._faults
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] == "http" and path in faults.at:
            if faults.slow_s:
                await asyncio.sleep(faults.slow_s)
            if faults.failing and faults.draws.random() < faults.failing:
                return await Response("fault", faults.status)(scope, receive, send)
            if faults.body is not None:
                return await Response(faults.body, media_type=faults.media_type)(scope, receive, send)
        await self._app(scope, receive, send)
