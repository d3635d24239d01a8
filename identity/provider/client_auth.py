"""How we prove at the token endpoint that we are the client: by a secret, or by a signature."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from identity.provider.settings import ProviderSettings, client_key

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME_S: Final = 60
_ALGORITHMS: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


class ClientAuth:
    """``clock``: epoch seconds."""

    def __init__(self, settings: ProviderSettings, *, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._key = client_key(settings) if settings.auth_method == "private_key_jwt" else None

    def proof(self) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and form fields to send along with a token request."""
        if self._key is None:
            return {"Authorization": self._basic()}, {}
        return {}, {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": self._assertion(self._key)}

    def _basic(self) -> str:
        secret = self._settings.client_secret
        pair = f"{quote_plus(self._settings.client_id)}:{quote_plus(secret.get_secret_value() if secret else '')}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def _assertion(self, key: ECKey | RSAKey) -> str:
        now = int(self._clock())
        claims = {
            "iss": self._settings.client_id,
            "sub": self._settings.client_id,
            "aud": self._settings.assertion_audience or self._settings.issuer,
            "jti": secrets.token_urlsafe(24),
            "iat": now,
            "exp": now + _LIFETIME_S,
        }
        algorithm = _ALGORITHMS[key.curve_name] if isinstance(key, ECKey) else "RS256"
        return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])
