"""Tokens that nobody here signed, or that are for something else: each as it would be tried."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from gateway.host.city import City
from identity.people import person_named
from identity.subgraph_tokens import SubgraphTokens
from identity.tokens import AUDIENCE, ISSUER, TYPE, load_key

Forgery = Callable[[City], str]
_OWN = ECKey.generate_key("P-256", auto_kid=True)


def good(city: City) -> str:
    """The admin's, as it ought to be."""
    return city.hosted.tokens.sign(person_named("admin").to_actor(city.manifest.roles))


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, payload, signature = token.split(".")
    return json.loads(_decoded(header)), json.loads(_decoded(payload)), signature


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(part: Any) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def _ring(city: City) -> Any:
    return city.hosted.tokens._ring


def with_header(**said: Any) -> Forgery:
    """The good claims and signature under another header."""

    def forge(city: City) -> str:
        header, payload, signature = _parts(good(city))
        return f"{_encoded({**header, **said})}.{_encoded(payload)}.{signature}"

    return forge


def unsigned(alg: str) -> Forgery:
    def forge(city: City) -> str:
        header, payload, _ = _parts(good(city))
        return f"{_encoded({**header, 'alg': alg})}.{_encoded(payload)}."

    return forge


def by_the_public_key(written: Callable[[ECKey], bytes]) -> Forgery:
    """HS256 with the public key, which everybody has, as the secret."""

    def forge(city: City) -> str:
        header, payload, _ = _parts(good(city))
        text = f"{_encoded({**header, 'alg': 'HS256'})}.{_encoded(payload)}"
        secret = written(_ring(city).current())
        return f"{text}.{_encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    return forge


def by_own_key(**said: Any) -> Forgery:
    """Signed well, with a key that the header brings along or points to."""

    def forge(city: City) -> str:
        header, payload, _ = _parts(good(city))
        kid = said.get("kid", header["kid"])
        text = f"{_encoded({**header, 'kid': kid, **said})}.{_encoded(payload)}"
        return f"{text}.{_encoded(_signature(text.encode()))}"

    return forge


def _signature(text: bytes) -> bytes:
    private: Any = _OWN.private_key
    r, s = decode_dss_signature(private.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def with_claims(header: dict[str, Any] | None = None, **said: Any) -> Forgery:
    """Signed by the city's own key, as no city signs. None takes a claim out."""

    def forge(city: City) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 300, "sub": "person-admin", "level": 2}
        told = {name: value for name, value in {**claims, **said}.items() if value is not None}
        key = _ring(city).current()
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": TYPE, **(header or {})}, told, key)

    return forge


def expired(city: City) -> str:
    """It was good an hour ago."""
    now = int(time.time())
    return with_claims(iat=now - 3900, exp=now - 3600)(city)


def for_a_subgraph(city: City) -> str:
    """What the gateway tells a service who asks by."""
    admin = person_named("admin").to_actor(city.manifest.roles)
    key = load_key(city.manifest.data_folder / "subgraph-key.json")
    return SubgraphTokens(key).token(admin, AUDIENCE)


def changed_claims(city: City) -> str:
    """A citizen's token, in which somebody has written that she is an ADMIN."""
    lan = replace(person_named("lan").to_actor({}), session="s")
    header, payload, signature = _parts(city.hosted.tokens.sign(lan))
    return f"{_encoded(header)}.{_encoded({**payload, 'roles': ['ADMIN'], 'sub': 'person-admin'})}.{signature}"


def by_rsa(city: City) -> str:
    """Another algorithm, good in itself."""
    header, payload, _ = _parts(good(city))
    key = RSAKey.generate_key(2048)
    return jwt.encode({**header, "alg": "RS256"}, payload, key, algorithms=["RS256"])


def empty_signature(city: City) -> str:
    """r and s of zero, which a careless check of ECDSA takes for any text (CVE-2022-21449)."""
    header, payload, _ = _parts(good(city))
    return f"{_encoded(header)}.{_encoded(payload)}.{_encoded(bytes(64))}"


def of_own_jwk() -> dict[str, Any]:
    return dict(_OWN.as_dict(private=False))


def unknown_kid(city: City) -> str:
    return by_own_key(kid=uuid.uuid4().hex)(city)


def pem(key: ECKey) -> bytes:
    return key.as_pem(private=False)


def der(key: ECKey) -> bytes:
    return key.as_der(private=False)


def jwk(key: ECKey) -> bytes:
    return json.dumps(key.as_dict(private=False)).encode()


EXPIRED = "TOKEN_EXPIRED"
INVALID = "INVALID_TOKEN"
EVIL = "https://evil.example/keys.json"

FORGERIES: dict[str, tuple[Forgery, str]] = {
    "no algorithm": (unsigned("none"), INVALID),
    "no algorithm, in capitals": (unsigned("NONE"), INVALID),
    "no signature": (unsigned("ES256"), INVALID),
    "HS256 with the public key as PEM": (by_the_public_key(pem), INVALID),
    "HS256 with the public key as DER": (by_the_public_key(der), INVALID),
    "HS256 with the public key as JWK": (by_the_public_key(jwk), INVALID),
    "a key that nobody knows": (unknown_kid, INVALID),
    "our kid and another key": (by_own_key(), INVALID),
    "a kid that is a path": (by_own_key(kid="../../../../../../dev/null"), INVALID),
    "a kid that is SQL": (by_own_key(kid="' UNION SELECT 'x' --"), INVALID),
    "a kid that is a list": (by_own_key(kid=["a", "b"]), INVALID),
    "a kid that is null": (by_own_key(kid=None), INVALID),
    "a jku": (by_own_key(jku=EVIL), INVALID),
    "an x5u": (by_own_key(x5u=EVIL), INVALID),
    "a jwk of its own": (by_own_key(jwk=of_own_jwk()), INVALID),
    "an x5c of its own": (by_own_key(x5c=["MIIB"]), INVALID),
    "a jku on what we signed": (with_claims({"jku": EVIL}), INVALID),
    "crit on what we signed": (with_header(crit=["exp"]), INVALID),
    "another type": (with_claims({"typ": "JWT"}), INVALID),
    "another header over our signature": (with_header(typ="at+JWT"), INVALID),
    "RS256": (by_rsa, INVALID),
    "a signature of zeros": (empty_signature, INVALID),
    "changed claims": (changed_claims, INVALID),
    "expired": (expired, EXPIRED),
    "no end": (with_claims(exp=None), INVALID),
    "an end that is text": (with_claims(exp="tomorrow"), INVALID),
    "an end in a thousand years": (with_claims(exp=int(time.time()) + 1000 * 365 * 86400), INVALID),
    "begun tomorrow": (with_claims(iat=int(time.time()) + 86400, exp=int(time.time()) + 86700), INVALID),
    "not before tomorrow": (with_claims(nbf=int(time.time()) + 86400), INVALID),
    "another audience": (with_claims(aud="another"), INVALID),
    "two audiences": (with_claims(aud=[AUDIENCE, "another"]), INVALID),
    "no audience": (with_claims(aud=None), INVALID),
    "another issuer": (with_claims(iss="congdanso-gateway"), INVALID),
    "no issuer": (with_claims(iss=None), INVALID),
    "nobody's": (with_claims(sub=None), INVALID),
    "a subject that is a number": (with_claims(sub=1), INVALID),
    "roles that are text": (with_claims(roles="ADMIN"), INVALID),
    "a subgraph's": (for_a_subgraph, INVALID),
    "no token at all": (lambda city: "x", INVALID),
    "dots alone": (lambda city: "..", INVALID),
    "five parts": (lambda city: good(city) + ".e30.e30", INVALID),
    "a very long one": (lambda city: "e30." * 4000, INVALID),
}
