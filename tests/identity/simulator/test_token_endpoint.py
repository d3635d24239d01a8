"""The token endpoint keeps to the protocol: codes, clients, and the errors of the specifications."""

import base64
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.identity.provider.serving import CALLBACK, KEY, client, keys_of
from tests.identity.simulator.asker import BASIC, asker


async def test_a_code_is_good_once_and_what_it_gave_ends_with_its_second_use() -> None:
    async with asker() as at:
        code = await at.code()
        status, given = await at.token(code)
        assert (status, given["token_type"], given["expires_in"]) == (200, "Bearer", 300)
        assert (await at.userinfo(given["access_token"]))[0] == 200
        assert await at.token(code) == (400, {"error": "invalid_grant", "error_description": _NOT_GOOD})
        assert (await at.userinfo(given["access_token"]))[0] == 401


_NOT_GOOD = "the code is not good, or no longer"


@pytest.mark.parametrize(("later_s", "status"), [(58, 200), (62, 400)])
async def test_a_code_is_good_for_a_minute(later_s: float, status: int) -> None:
    async with asker() as at:
        code = await at.code()
        at.clock.ahead = later_s
        assert (await at.token(code))[0] == status


@pytest.mark.parametrize(
    "changed",
    [{"redirect_uri": CALLBACK + "?x"}, {"redirect_uri": None}, {"code_verifier": "w" * 43}, {"code_verifier": None}],
    ids=keys_of,
)
async def test_a_code_is_bound_to_its_redirect_and_its_verifier_and_spent_by_a_wrong_try(changed: dict) -> None:
    async with asker() as at:
        code = await at.code()
        status, told = await at.token(code, **changed)
        assert (status, told["error"]) == (400, "invalid_grant")
        assert (await at.token(code))[0] == 400


async def test_a_code_is_bound_to_its_client() -> None:
    other = client(client_id="other", secret="o")
    async with asker(clients=(client(), other)) as at:
        code = await at.code()
        status, told = await at.token(code, "Basic " + base64.b64encode(b"other:o").decode())
    assert (status, told["error"]) == (400, "invalid_grant")


def assertion(key: ECKey = KEY, **changed: Any) -> dict[str, str]:
    now = int(time.time())
    good = {"iss": "congdan", "sub": "congdan", "jti": str(time.time_ns()), "iat": now, "exp": now + 60}
    claims = {name: value for name, value in {**good, **changed}.items() if value is not None}
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256", "kid": KEY.kid}, claims, key),
    }


async def test_a_client_proves_itself_by_a_signature_once() -> None:
    async with asker() as at:
        proof = assertion(aud=at.url)
        assert (await at.token(await at.code(), None, **proof))[0] == 200
        status, told = await at.token(await at.code(), None, **proof)
        assert (status, told["error"]) == (401, "invalid_client")
        assert (await at.token(await at.code(), None, **assertion(aud=f"{at.url}/token")))[0] == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://evil.test"},
        {"aud": None},
        {"iss": "other"},
        {"sub": "other"},
        {"exp": int(time.time()) - 90},
        {"exp": int(time.time()) + 86_400},
        {"jti": None},
        {"key": ECKey.generate_key("P-256", auto_kid=True)},
    ],
    ids=keys_of,
)
async def test_an_assertion_that_is_not_the_clients_is_refused(changed: dict[str, Any]) -> None:
    async with asker() as at:
        status, told = await at.token(await at.code(), None, **assertion(**{"aud": at.url, **changed}))
    assert (status, told["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic",
        "Basic !",
        "Bearer " + BASIC[6:],
        "Basic " + base64.b64encode(b"congdan:wrong").decode(),
        "Basic " + base64.b64encode(b"nobody:x").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
    ],
)
async def test_a_client_that_does_not_prove_itself_is_refused(authorization: str | None) -> None:
    async with asker() as at:
        status, told = await at.token(await at.code(), authorization)
        assert (status, told["error"]) == (401, "invalid_client")


async def test_other_errors_of_the_token_endpoint() -> None:
    async with asker() as at:
        told = [
            (await at.token("x", grant_type="password"))[1]["error"],
            (await at.token("x", grant_type=None))[1]["error"],
            (await at.token("x", **assertion(aud=at.url)))[1]["error"],
            (await at.token("x" * 70_000))[1]["error"],
        ]
        assert told == ["unsupported_grant_type", "unsupported_grant_type", "invalid_request", "invalid_request"]
        async with at._http.post(f"{at.url}/token", json={}) as response:
            assert response.status == 415
        async with at._http.post(f"{at.url}/token", data=[("a", "1"), ("a", "2")]) as response:
            assert (response.status, (await response.json())["error"]) == (400, "invalid_request")
        assert (await at.userinfo("made up"))[0] == 401
