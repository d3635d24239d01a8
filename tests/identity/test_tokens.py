"""Tokens: the actor that was signed comes back, for as long as was said, and claims that are not ours are refused."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt

from identity.actor import ANONYMOUS, Actor
from identity.jwks import KeySets
from identity.subgraph_tokens import SubgraphTokens, SubgraphVerifier
from identity.tokens import AUDIENCE, ISSUER, LEEWAY_S, InvalidToken, Tokens, load_key
from tests.identity.forging import KEY, LAN, OFFICER, OTHER, refusal, signed


@pytest.mark.parametrize("actor", [LAN, OFFICER, Actor(id="plain")])
def test_the_actor_that_was_signed_comes_back_with_an_end(actor: Actor) -> None:
    tokens = Tokens(KEY, clock=lambda: 1_800_000_000.9)
    expected = Actor(**{**vars_of(actor), "expires_at": 1_800_000_000 + 300 + LEEWAY_S})
    assert tokens.verify(tokens.sign(actor)) == expected


def vars_of(actor: Actor) -> dict[str, Any]:
    return {name: getattr(actor, name) for name in Actor.__slots__}


def test_a_token_says_what_the_standards_name() -> None:
    tokens = Tokens(KEY, clock=lambda: 1_800_000_000)
    said = jwt.decode(tokens.sign(OFFICER, 60), KEY)
    assert said.header == {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt"}
    assert len(said.claims.pop("jti")) == 32
    assert said.claims == {
        "iss": "congdanso",
        "aud": "congdanso-gateway",
        "sub": "person-minh",
        "iat": 1_800_000_000,
        "exp": 1_800_000_060,
        "level": 2,
        "roles": ["CITIZEN", "OFFICER"],
        "agency": "so-xd",
        "wards": ["26734", "26737"],
        "scope": "feedback:answer",
        "sid": "session-2",
        "auth_time": 1_790_000_001,
        "act": {"sub": "person-helper"},
    }


def test_two_tokens_of_one_actor_in_one_second_are_told_apart() -> None:
    tokens = Tokens(KEY, clock=lambda: 1_800_000_000)
    first, second = (jwt.decode(tokens.sign(LAN), KEY).claims["jti"] for _ in range(2))
    assert first != second


def test_nobody_gets_no_token() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Tokens(KEY).sign(ANONYMOUS)


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key.json"
    assert load_key(path).kid == load_key(path).kid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("another issuer", {"iss": "somebody"}),
        ("two issuers", {"iss": [ISSUER, "somebody"]}),
        ("no issuer", {"iss": None}),
        ("another audience", {"aud": "somebody"}),
        ("several audiences", {"aud": [AUDIENCE, "somebody"]}),
        ("a list of one audience", {"aud": [AUDIENCE]}),
        ("no audience", {"aud": None}),
        ("no subject", {"sub": None}),
        ("an empty subject", {"sub": ""}),
        ("a subject that is a number", {"sub": 7}),
        ("no end", {"exp": None}),
        ("an end that is a text", {"exp": "2100-01-01"}),
        ("an end that is true", {"exp": True}),
        ("no end at all", {"exp": float("inf")}),
        ("an end that is no number", {"exp": float("nan")}),
        ("an end too great to count", {"exp": 10**400}),
        ("good for ever", {"exp": 10**30}),
        ("good for years", {"exp": int(time.time()) + 10**8}),
        ("no start", {"iat": None}),
        ("from the future", {"iat": int(time.time()) + 3600}),
        ("not yet valid", {"nbf": int(time.time()) + 3600}),
        ("a level that is a text", {"level": "2"}),
        ("a level that is true", {"level": True}),
        ("an endless level", {"level": float("inf")}),
        ("roles that are numbers", {"roles": [1]}),
        ("roles that are a text", {"roles": "ADMIN"}),
        ("roles that are an object", {"roles": {"ADMIN": 1}}),
        ("wards that are a number", {"wards": 7}),
        ("an agency that is an object", {"agency": {"key": "so-xd"}}),
        ("scopes that are a list", {"scope": ["feedback:answer"]}),
        ("a session that is a number", {"sid": 1}),
        ("a sign-in time that is a text", {"auth_time": "now"}),
        ("a delegate that is a text", {"act": "person-x"}),
        ("a delegate that is a list", {"act": {"sub": ["person-x"]}}),
    ],
)
def test_a_token_with_claims_that_are_not_ours_is_refused(name: str, changed: dict[str, object]) -> None:
    assert Tokens(KEY).verify(signed()).id == "person-lan"
    assert (name, refusal(signed(**changed))) == (name, "INVALID_TOKEN")


def test_an_expired_token_is_refused_by_a_code_of_its_own_after_the_leeway() -> None:
    assert Tokens(KEY).verify(signed(exp=int(time.time()) - LEEWAY_S + 10)).id == "person-lan"
    assert refusal(signed(exp=int(time.time()) - LEEWAY_S - 10)) == "TOKEN_EXPIRED"


@pytest.mark.parametrize("changed", [{"aud": "somebody"}, {"iss": "somebody"}, {"aud": [AUDIENCE, "x"]}, {"sub": None}])
def test_expired_is_said_only_of_what_was_good_once(changed: dict[str, object]) -> None:
    past = int(time.time()) - 3600
    assert refusal(signed(exp=past, **changed)) == "INVALID_TOKEN"
    assert refusal(signed(key=OTHER, exp=past)) == "INVALID_TOKEN"


def test_the_clock_decides_when_a_token_ends_and_begins() -> None:
    token = Tokens(KEY, clock=lambda: 1_800_000_000).sign(LAN, 300)
    for at, code in [(1_800_000_359, None), (1_800_000_360, "TOKEN_EXPIRED"), (1_799_999_939, "INVALID_TOKEN")]:
        tokens = Tokens(KEY, clock=lambda at=at: at)  # type: ignore[misc]
        assert (tokens.verify(token).id == LAN.id) if code is None else (refusal(token, tokens) == code)


async def test_a_subgraphs_token_is_no_access_token_and_the_other_way_round(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    # The same key for both, and the audience of the one: what parts them is the issuer and the type.
    for audience in (AUDIENCE, "far"):
        assert refusal(SubgraphTokens(KEY).token(OFFICER, audience)) == "INVALID_TOKEN"
        assert refusal(SubgraphTokens(KEY, issuer=ISSUER).token(OFFICER, audience)) == "INVALID_TOKEN"
        for issuer in ("congdanso-gateway", ISSUER):
            verifier = SubgraphVerifier(audience, KeySets(str(file)), issuer=issuer)
            with pytest.raises(InvalidToken) as refused:
                await verifier.verify(Tokens(KEY).sign(OFFICER))
            assert refused.value.code == "INVALID_TOKEN"


async def test_session_sign_in_time_and_delegate_go_along_to_subgraphs(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    for actor in (LAN, OFFICER, ANONYMOUS):
        assert (
            await SubgraphVerifier("far", KeySets(str(file))).verify(SubgraphTokens(KEY).token(actor, "far")) == actor
        )
