"""The provider's keys: rotated without a sign-in lost, fetched seldom whatever tokens come, and never a wrong kind."""

import asyncio

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from identity.provider.calls import Calls
from identity.provider.keys import ProviderKeys, parse_keys
from identity.provider.party import ProviderDown, ProviderRefused
from tests.identity.provider.serving import provider_settings, world


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_rotated_key_is_found_and_the_old_one_stays_good_meanwhile() -> None:
    async with world(keys_refetch_s=0.01) as at:
        await at.sign_in()
        for _ in range(3):
            at.simulator.keys.rotate()
            await asyncio.sleep(0.02)
            assert (await at.sign_in()).level == 2
        assert at.calls["/jwks"] == 4


async def test_a_storm_of_unknown_keys_fetches_them_once_per_interval() -> None:
    async with world() as at:
        await at.sign_in()
        assert at.calls["/jwks"] == 1
        header = {"alg": "ES256", "typ": "logout+jwt"}
        forger = ECKey.generate_key("P-256")
        forged = [jwt.encode({**header, "kid": f"k{n}"}, {"iss": at.url}, forger) for n in range(200)]
        refused = await asyncio.gather(*(at.party.logged_out(token) for token in forged), return_exceptions=True)
        assert {(one.code, one.why) for one in refused if isinstance(one, ProviderRefused)} == {
            ("LOGOUT_TOKEN_INVALID", "kid")
        }
        assert len(refused) == 200
        assert at.calls["/jwks"] == 1


async def test_the_interval_passes_and_one_call_is_made_for_all_that_wait() -> None:
    clock = Clock()
    async with world() as at:
        settings = provider_settings(at.url, keys_refetch_s=10)
        calls = Calls(settings)
        keys = ProviderKeys(settings, calls, clock=clock)
        uri = f"{at.url}/jwks"
        good = at.simulator.keys.current().kid
        assert (await keys.key(uri, good, "ES256")).kid == good
        for step, fetched in [(9.0, 1), (1.1, 2), (5.0, 2), (5.1, 3)]:
            clock.now += step
            found = await asyncio.gather(*(keys.key(uri, f"k{n}", "ES256") for n in range(50)))
            assert set(found) == {None}
            assert at.calls["/jwks"] == fetched
        await calls.close()


async def test_known_keys_stay_good_for_a_day_while_the_provider_is_down() -> None:
    clock = Clock()
    async with world() as at:
        settings = provider_settings(at.url, circuit_failures=1000)
        calls = Calls(settings)
        keys = ProviderKeys(settings, calls, clock=clock)
        uri, good = f"{at.url}/jwks", at.simulator.keys.current().kid
        assert await keys.key(uri, good, "ES256") is not None
        at.faults.failing = 1.0
        clock.now += 23 * 3600
        assert await keys.key(uri, good, "ES256") is not None
        clock.now += 2 * 3600
        with pytest.raises(ProviderDown):
            await keys.key(uri, good, "ES256")
        await calls.close()


async def test_a_key_that_was_taken_out_ends_within_the_hour() -> None:
    clock = Clock()
    async with world() as at:
        settings = provider_settings(at.url)
        calls = Calls(settings)
        keys = ProviderKeys(settings, calls, clock=clock)
        uri, old = f"{at.url}/jwks", at.simulator.keys.current().kid
        assert await keys.key(uri, old, "ES256") is not None
        at.simulator.keys.rotate()
        at.simulator.keys.rotate()
        clock.now += 3601
        assert await keys.key(uri, old, "ES256") is None
        await calls.close()


def _key(kind: str, **more: object) -> dict[str, object]:
    made = {"EC": ECKey.generate_key("P-256"), "RSA": RSAKey.generate_key(2048)}[kind]
    return {**made.as_dict(private=False), "kid": "a", **more}


@pytest.mark.parametrize(
    ("given", "algorithm", "fits"),
    [
        (_key("EC"), "ES256", True),
        (_key("EC"), "ES384", False),
        (_key("EC"), "RS256", False),
        (_key("EC", alg="ES384"), "ES256", False),
        (_key("EC", use="enc"), "ES256", False),
        (_key("EC", key_ops=["sign"]), "ES256", False),
        (_key("EC", key_ops=["verify"]), "ES256", True),
        (_key("EC", x="AA"), "ES256", False),
        (_key("RSA"), "RS256", True),
        (_key("RSA"), "PS256", True),
        (_key("RSA"), "ES256", False),
        (_key("RSA", alg="RS256"), "PS256", False),
        (_key("RSA", n="uQ"), "RS256", False),
        ({**OctKey.generate_key(256).as_dict(private=True), "kid": "a"}, "RS256", False),
        ({"kid": "a"}, "ES256", False),
        ({"kty": "RSA", "kid": "a"}, "RS256", False),
    ],
)
async def test_only_a_key_of_the_algorithms_kind_is_used(given: dict, algorithm: str, fits: bool) -> None:
    settings = provider_settings("https://idp.test", jwks={"keys": [given]})
    keys = ProviderKeys(settings, Calls(settings))
    assert (await keys.key("", "a", algorithm) is not None) is fits


async def test_a_token_without_a_kid_needs_a_single_key_and_the_setting() -> None:
    one, two = [_key("EC")], [_key("EC"), _key("EC", kid="b")]
    for jwks, require_kid, found in [(one, True, False), (one, False, True), (two, False, False)]:
        settings = provider_settings("https://idp.test", jwks={"keys": jwks}, require_kid=require_kid)
        assert (await ProviderKeys(settings, Calls(settings)).key("", None, "ES256") is not None) is found


async def test_of_two_keys_of_one_id_none_is_picked() -> None:
    settings = provider_settings("https://idp.test", jwks={"keys": [_key("EC"), _key("EC")]})
    assert await ProviderKeys(settings, Calls(settings)).key("", "a", "ES256") is None


def test_what_is_no_key_set_holds_no_keys() -> None:
    assert parse_keys({}) == ()
    assert parse_keys({"keys": {"a": 1}}) == ()
    assert parse_keys({"keys": [1, None, []]}) == ()
