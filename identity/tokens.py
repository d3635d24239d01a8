"""Tokens: an actor, signed (ES256) and verified. Development's own until people sign in by VNeID."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey

from identity.actor import Actor

ISSUER = "congdanso"
AUDIENCE = "congdanso-gateway"
ALGORITHM = "ES256"
LEEWAY_S = 60
TOKEN_MOST = 8192
LIFETIME_MOST_S = 31 * 24 * 3600


class InvalidToken(Exception):  # noqa: N818, named for what the client is told
    """A token that is refused. ``code``: INVALID_TOKEN or TOKEN_EXPIRED; the message never holds the token."""

    def __init__(self, message: str, code: str = "INVALID_TOKEN") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Tokens:
    """Signs and verifies with one key. Algorithm, issuer, audience and key id are checked, not taken from the token."""

    def __init__(self, key: ECKey) -> None:
        self._key = key
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    def sign(self, actor: Actor, *, lifetime_s: int = 3600) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": actor.id,
            "iat": now,
            "exp": now + lifetime_s,
            "level": actor.level,
            "roles": sorted(actor.roles),
            "agency": actor.agency,
            "wards": sorted(actor.wards),
            "scope": " ".join(sorted(actor.scopes)),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid, "typ": "at+jwt"}, claims, self._key)

    def verify(self, token: str) -> Actor:
        """The actor that the token was signed for.

        Raises:
            InvalidToken: INVALID_TOKEN, or TOKEN_EXPIRED when it was good once.
        """
        if len(token) > TOKEN_MOST:
            raise InvalidToken("The token is too long.")
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            if decoded.header.get("kid") != self._key.kid:
                raise InvalidToken("The token was signed with another key: sign in again.")
            self._claims.validate(decoded.claims)
            if int(decoded.claims["exp"]) - int(decoded.claims["iat"]) > LIFETIME_MOST_S:
                raise InvalidToken("The token was signed for too long: sign in again.")
            return _actor(decoded.claims)
        except ExpiredTokenError:
            raise InvalidToken("The token has expired: sign in again.", "TOKEN_EXPIRED") from None
        except (JoseError, ValueError, TypeError, KeyError, UnicodeError, OverflowError):
            raise InvalidToken("The token is not one of ours: sign in again.") from None


def _actor(claims: dict[str, Any]) -> Actor:
    """Raises: TypeError, ValueError: a claim is not of its type."""
    for name in ("roles", "wards"):
        if not all(isinstance(each, str) for each in claims.get(name) or ()) or isinstance(claims.get(name), str):
            raise TypeError(f"{name} is no list of strings")
    return Actor(
        id=str(claims["sub"]),
        level=int(claims.get("level") or 0),
        roles=frozenset(claims.get("roles") or ()),
        agency=claims.get("agency"),
        wards=frozenset(claims.get("wards") or ()),
        scopes=frozenset(str(claims.get("scope") or "").split()),
        expires_at=int(claims["exp"]) + LEEWAY_S,
    )


def load_key(path: Path) -> ECKey:
    """The signing key kept at ``path`` (a JWK readable by its owner alone), made when there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = ECKey.generate_key("P-256", auto_kid=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return load_key(path)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(key.as_dict(private=True)))
    return ECKey.import_key(orjson.loads(path.read_bytes()))
