"""Tokens as forgers write them: any header, any claims, any signature; and what became of them."""

import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from identity.actor import Actor
from identity.tokens import AUDIENCE, ISSUER, InvalidToken, Tokens

LAN = Actor(
    id="person-lan",
    level=2,
    roles=frozenset({"CITIZEN"}),
    scopes=frozenset({"feedback:submit"}),
    session="session-1",
    auth_at=1_790_000_000,
)
OFFICER = Actor(
    id="person-minh",
    level=2,
    roles=frozenset({"OFFICER", "CITIZEN"}),
    agency="so-xd",
    wards=frozenset({"26734", "26737"}),
    scopes=frozenset({"feedback:answer"}),
    session="session-2",
    auth_at=1_790_000_001,
    delegate="person-helper",
)
KEY = ECKey.generate_key("P-256", auto_kid=True)
OTHER = ECKey.generate_key("P-256", auto_kid=True)
NAMES = {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt"}


def claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "person-lan", "iat": now, "exp": now + 60}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(header: dict[str, object] | None = None, key: Any = KEY, **changed: object) -> str:
    """A token that is right in all but what is changed; None takes a part of the header or a claim out."""
    named = {name: value for name, value in {**NAMES, **(header or {})}.items() if value is not None}
    # Any header and algorithm: what a forger is free to write.
    free = jws.JWSRegistry(strict_check_header=False, algorithms=["ES256", "HS256", "RS256", "none"])
    return jwt.encode(named, claims(**changed), key, registry=free, default_type=None)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refusal(token: str, tokens: Tokens | None = None) -> str:
    with pytest.raises(InvalidToken) as refused:
        (tokens or Tokens(KEY)).verify(token)
    # An error is logged: what it says must not let anybody in.
    assert len(token) < 40 or token not in refused.value.message
    return refused.value.code


def raw_signature(key: ECKey, body: str) -> str:
    """ES256 over anything, without a library's opinion of the header."""
    r, s = decode_dss_signature(key.get_op_key("sign").sign(body.encode(), ECDSA(SHA256())))
    return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=").decode()
