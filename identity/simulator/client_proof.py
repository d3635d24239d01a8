"""Whether who asks the token endpoint is the client: its secret, or its signature."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from identity.simulator.core import Core, Wrong
from identity.simulator.settings import SimulatedClient

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS: Final = ["ES256", "RS256", "PS256"]
_LIFETIME_MOST_S: Final = 600


def proven_client(core: Core, authorization: str | None, fields: Mapping[str, str]) -> SimulatedClient:
    """Raises: Wrong: invalid_client, or invalid_request for two proofs at once."""
    has_assertion = "client_assertion" in fields
    if authorization is not None and has_assertion:
        raise Wrong("invalid_request", "one proof of the client, not two")
    if has_assertion:
        return _by_assertion(core, fields)
    if authorization is not None:
        return _by_secret(core, authorization)
    raise Wrong("invalid_client", "the client does not prove itself", 401)


def _by_secret(core: Core, authorization: str) -> SimulatedClient:
    wrong = Wrong("invalid_client", "no such client, or another secret", 401)
    scheme, _, encoded = authorization.partition(" ")
    try:
        id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise wrong from None
    client = core.settings.client(unquote_plus(id))
    if scheme.lower() != "basic" or not colon or client is None or client.secret is None:
        raise wrong
    if not hmac.compare_digest(unquote_plus(secret).encode(), client.secret.get_secret_value().encode()):
        raise wrong
    return client


def _by_assertion(core: Core, fields: Mapping[str, str]) -> SimulatedClient:
    wrong = Wrong("invalid_client", "the assertion is not good", 401)
    if fields.get("client_assertion_type") != _ASSERTION_TYPE:
        raise wrong
    for client in core.settings.clients:
        if client.jwks is None or fields.get("client_id", client.client_id) != client.client_id:
            continue
        try:
            keys = KeySet.import_key_set(client.jwks)  # type: ignore[arg-type]
            token = jwt.decode(fields["client_assertion"], keys, algorithms=_ALGORITHMS)
            _check(core, client.client_id, token.claims)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if core.store.add("assertion", f"{client.client_id} {token.claims['jti']}", {}, lifetime_s=_LIFETIME_MOST_S):
            return client
    raise wrong


def _check(core: Core, client_id: str, claims: dict[str, object]) -> None:
    """Raises: JoseError, ValueError: it is not the client's, not for us, or for too long."""
    audiences: list[str | int | bool] = [core.settings.issuer, f"{core.settings.issuer}/token"]
    rules = jwt.JWTClaimsRegistry(
        now=core.now(),
        leeway=30,
        iss={"essential": True, "value": client_id},
        sub={"essential": True, "value": client_id},
        aud={"essential": True, "values": audiences},
        exp={"essential": True},
        jti={"essential": True},
    )
    rules.validate(claims)
    ends = claims["exp"]
    if not isinstance(ends, int) or ends > core.now() + _LIFETIME_MOST_S:
        raise ValueError("the assertion is good for too long")
