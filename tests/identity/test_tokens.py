"""Tokens: only ours are taken, and nothing of what they say is believed before they are verified."""

import base64
import json
import stat
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from identity.actor import Actor
from identity.tokens import AUDIENCE, ISSUER, InvalidToken, Tokens, load_key

LAN = Actor(id="person-lan", level=2, roles=frozenset({"CITIZEN"}), scopes=frozenset({"feedback:submit"}))


@pytest.fixture
def key(tmp_path: Path) -> ECKey:
    return load_key(tmp_path / "key.json")


def claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "person-lan", "iat": now, "exp": now + 60}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(key: ECKey, header: dict[str, object] | None = None, **changed: object) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid, **(header or {})}, claims(**changed), key)


def part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_the_actor_that_was_signed_comes_back(key: ECKey) -> None:
    tokens = Tokens(key)
    actor = tokens.verify(tokens.sign(LAN))
    assert (actor.id, actor.level, actor.roles, actor.scopes) == (LAN.id, LAN.level, LAN.roles, LAN.scopes)
    assert actor.expires_at is not None


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key.json"
    assert load_key(path).kid == load_key(path).kid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"aud": "somebody"},
        {"sub": None},
        {"exp": None},
        {"iat": None},
        {"iat": int(time.time()) + 3600},
        {"exp": 10**30},
        {"exp": int(time.time()) + 10**8},
        {"level": "high"},
        {"roles": [1]},
        {"roles": "ADMIN"},
        {"wards": 7},
    ],
    ids=[
        "issuer",
        "audience",
        "no subject",
        "no end",
        "no start",
        "from the future",
        "for ever",
        "for years",
        "level",
        "roles",
        "one role",
        "wards",
    ],
)
def test_a_token_with_claims_that_are_not_ours_is_refused(key: ECKey, changed: dict[str, object]) -> None:
    with pytest.raises(InvalidToken) as refused:
        Tokens(key).verify(signed(key, **changed))
    assert refused.value.code == "INVALID_TOKEN"


def test_an_expired_token_is_refused_by_a_code_of_its_own_after_the_leeway(key: ECKey) -> None:
    assert Tokens(key).verify(signed(key, exp=int(time.time()) - 30)).id == "person-lan"
    with pytest.raises(InvalidToken) as refused:
        Tokens(key).verify(signed(key, exp=int(time.time()) - 90))
    assert refused.value.code == "TOKEN_EXPIRED"


def test_forged_tokens_are_refused(key: ECKey) -> None:
    other = ECKey.generate_key("P-256", auto_kid=True)
    public_as_secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
    forged = {
        "alg none": f"{part({'alg': 'none', 'kid': key.kid})}.{part(claims())}.",
        "another key": jwt.encode({"alg": "ES256", "kid": key.kid}, claims(), other),
        "another key's id": signed(key, {"kid": "x' OR 1=1 --"}),
        "HS256 over the public key": jwt.encode({"alg": "HS256", "kid": key.kid}, claims(), public_as_secret),
        "cut": signed(key)[:-4],
        "no token": "lan",
        "too long": "a" * 10_000,
    }
    for name, token in forged.items():
        with pytest.raises(InvalidToken) as refused:
            Tokens(key).verify(token)
        assert (name, refused.value.code) == (name, "INVALID_TOKEN")
        assert token not in str(refused.value)
