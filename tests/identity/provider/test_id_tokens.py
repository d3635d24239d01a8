"""Every id_token that is not this sign-in's is refused, with the code and the check that did not hold."""

import base64
import hashlib
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from identity.provider.id_token import half_hash
from identity.provider.party import ProviderRefused
from tests.identity.provider.serving import CALLBACK, World, keys_of, world

NOW = int(time.time())


async def refusal(at: World, wanted: int = 1) -> tuple[str, str]:
    begun = await at.party.begin(CALLBACK, wanted)
    code = await at.code(begun)
    with pytest.raises(ProviderRefused) as refused:
        await at.finish(begun, code, level=wanted)
    for secret in (code, begun.nonce, begun.verifier, "999190000001", "Lan"):
        assert secret not in str(refused.value)
    return refused.value.code, refused.value.why


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    told = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header, told, key, algorithms=[header["alg"]])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("wrong_nonce", ("NONCE_MISMATCH", "")),
        ("expired", ("ID_TOKEN_INVALID", "exp")),
        ("alg_none", ("ID_TOKEN_INVALID", "alg")),
        ("other_key", ("ID_TOKEN_INVALID", "signature")),
        ("wrong_aud", ("ID_TOKEN_INVALID", "aud")),
    ],
)
async def test_the_simulators_own_faults_are_refused(fault: Any, expected: tuple[str, str]) -> None:
    async with world() as at:
        at.faults.id_token = fault
        assert await refusal(at) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"iss": "https://evil.test"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": ["congdan", "other"]}, "azp"),
        ({"aud": ["congdan", "other"], "azp": "other"}, "azp"),
        ({"azp": "other"}, "azp"),
        ({"azp": 1}, "azp"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": NOW - 61}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": NOW + 3600}, "iat"),
        ({"iat": NOW - 3600}, "iat"),
        ({"nbf": NOW + 3600}, "nbf"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
        ({"at_hash": 7}, "at_hash"),
        ({"c_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "c_hash"),
        ({"sid": ["a"]}, "sid"),
        ({"acr": 2}, "acr"),
        ({"auth_time": NOW + 3600}, "auth_time"),
        ({"auth_time": True}, "auth_time"),
        ({"auth_time": "now"}, "auth_time"),
    ],
    ids=keys_of,
)
async def test_a_claim_that_does_not_hold_is_refused(changed: dict[str, Any], expected: str) -> None:
    async with world() as at:
        at.faults.forge = lambda header, claims, key: signed(header, {**claims, **changed}, key)
        assert await refusal(at) == ("ID_TOKEN_INVALID", expected)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": ["congdan"]},
        {"aud": ["congdan", "other"], "azp": "congdan"},
        {"exp": NOW - 30},
        {"iat": NOW + 30},
        {"nbf": NOW + 30},
        {"at_hash": None},
    ],
    ids=keys_of,
)
async def test_what_holds_within_a_minute_of_clocks_that_differ_is_taken(changed: dict[str, Any]) -> None:
    async with world() as at:
        at.faults.forge = lambda header, claims, key: signed(header, {**claims, **changed}, key)
        assert (await at.sign_in("hoa")).name == "Lê Thị Hòa"


@pytest.mark.parametrize("nonce", [None, "", 7, "é", "another"], ids=keys_of)
async def test_another_sign_ins_nonce_is_refused(nonce: Any) -> None:
    async with world() as at:
        at.faults.forge = lambda header, claims, key: signed(header, {**claims, "nonce": nonce}, key)
        assert await refusal(at) == ("NONCE_MISMATCH", "")


def _hs256(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """The public key, which everybody has, as if it were a shared secret."""
    return _raw({**header, "alg": "HS256"}, claims, hashlib.sha256(key.as_pem(private=False)).digest())


def _raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes) -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _own_key(name: str) -> Any:
    """A forger's key, with a header that says that it is the one to check by."""
    own = ECKey.generate_key("P-256")
    told = {
        "jwk": own.as_dict(private=False),
        "jku": "https://evil.test/k",
        "x5u": "https://evil.test/k",
        "x5c": ["AA"],
    }

    def forge(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        return signed({**header, name: told[name]}, claims, own)

    return forge


def _with_header(**changed: Any) -> Any:
    def forge(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        told = {name: value for name, value in {**header, **changed}.items() if value is not None}
        return jwt.encode(told, claims, key, algorithms=[header["alg"]], default_type=None)

    return forge


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        (_hs256, "alg"),
        (lambda header, claims, key: jwt.encode({"alg": "HS256"}, claims, OctKey.generate_key(256)), "alg"),
        (lambda header, claims, key: _raw({**header, "alg": "None"}, claims, b""), "alg"),
        (lambda header, claims, key: _raw({**header, "alg": ["ES256"]}, claims, b"x"), "alg"),
        (lambda header, claims, key: _raw({**header, "alg": "ES384"}, claims, b"x" * 96), "alg"),
        (lambda header, claims, key: _raw(header, claims, b""), "signature"),
        (lambda header, claims, key: _raw(header, claims, b"\0" * 64), "signature"),
        (lambda header, claims, key: signed(header, claims, key)[:-10], "signature"),
        (lambda header, claims, key: signed({**header, "alg": "RS256"}, claims, RSAKey.generate_key(2048)), "kid"),
        (_own_key("jwk"), "header"),
        (_own_key("jku"), "header"),
        (_own_key("x5u"), "header"),
        (_own_key("x5c"), "header"),
        (_with_header(kid=None), "kid"),
        (_with_header(kid="../../etc/passwd"), "kid"),
        (_with_header(kid="' OR 1=1 --"), "kid"),
        (lambda header, claims, key: _raw({**header, "kid": 7}, claims, b"x" * 64), "kid"),
        (_with_header(typ="logout+jwt"), "typ"),
        (_with_header(typ="at+jwt"), "typ"),
        (lambda header, claims, key: _raw({**header, "crit": ["b64"], "b64": False}, claims, b"x" * 64), "header"),
        (lambda header, claims, key: "a.b", "form"),
        (lambda header, claims, key: "é.é.é", "form"),
        (lambda header, claims, key: "", "form"),
        (lambda header, claims, key: signed(header, {**claims, "more": "x" * 17_000}, key), "size"),
        (lambda header, claims, key: _raw(header, [1], b"x" * 64), "signature"),  # type: ignore[arg-type]
    ],
)
async def test_a_forged_token_is_refused(forge: Any, expected: str) -> None:
    async with world() as at:
        at.faults.forge = forge
        assert await refusal(at) == ("ID_TOKEN_INVALID", expected)


@pytest.mark.parametrize("kind", [None, "JWT", "jwt", "application/jwt"])
async def test_the_usual_types_are_taken(kind: str | None) -> None:
    async with world() as at:
        at.faults.forge = _with_header(typ=kind)
        assert (await at.sign_in()).level == 2


async def test_a_code_that_belongs_to_another_browsers_sign_in_is_refused() -> None:
    async with world() as at:
        mine, theirs = await at.party.begin(CALLBACK), await at.party.begin(CALLBACK)
        code = await at.code(theirs, "minh", 1)
        with pytest.raises(ProviderRefused) as refused:
            await at.finish(mine, code)
    assert refused.value.code == "CODE_REFUSED"


async def test_a_code_is_good_once() -> None:
    async with world() as at:
        begun = await at.party.begin(CALLBACK)
        code = await at.code(begun)
        assert (await at.finish(begun, code)).level == 2
        for again in (code, "", "x" * 3000, "made up"):
            with pytest.raises(ProviderRefused) as refused:
                await at.finish(begun, again)
            assert refused.value.code == "CODE_REFUSED"


async def test_the_half_hash_is_that_of_the_specifications_example() -> None:
    # OpenID Connect Core 1.0, A.3 and A.4.
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"
    assert half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "RS256") == "LDktKdoQak3Pk0cnXxCltA"
    assert len(half_hash("x", "PS512")) == 43


async def test_userinfo_about_another_person_is_refused() -> None:
    async with world({"claims_in": "userinfo"}) as at:
        at.faults.at, at.faults.media_type = frozenset({"/userinfo"}), "application/json"
        at.faults.body = json.dumps({"sub": "another", "SoDinhDanh": "999190000001", "HoVaTen": "Lan"}).encode()
        assert await refusal(at) == ("USERINFO_MISMATCH", "")
