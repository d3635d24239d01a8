"""Signing in at the simulator over HTTP: who comes back is who agreed, at the level that was chosen."""

import time
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from identity.people import person_named
from identity.provider.party import ProviderRefused
from tests.identity.provider.serving import AFTER, CALLBACK, KEY, Browser, Page, provider_settings, world

LAN = person_named("lan")
BASIC = {"auth_method": "client_secret_basic"}
SIGNED = {"auth_method": "private_key_jwt", "client_key": orjson.dumps(KEY.as_dict(private=True)).decode()}
PEM = {"auth_method": "private_key_jwt", "client_key": KEY.as_pem(private=True).decode()}


@pytest.mark.parametrize("proof", [BASIC, SIGNED, PEM], ids=["secret", "jwk", "pem"])
@pytest.mark.parametrize("claims_in", ["id_token", "userinfo"])
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
async def test_who_agreed_comes_back(proof: dict[str, str], claims_in: str, algorithm: str) -> None:
    async with world({"claims_in": claims_in, "algorithm": algorithm}, **proof) as at:
        who = await at.sign_in("lan", 2, wanted=2)
        asked_userinfo = at.calls.get("/userinfo", 0)
    assert (who.subject, who.citizen_id, who.name) == (LAN.subject, LAN.citizen_id, "Nguyễn Thị Lan")
    assert (who.birth_date, who.level, who.acr) == (LAN.birth_date, 2, "LoA2")
    assert abs(who.auth_at - time.time()) < 5
    assert who.sid
    assert asked_userinfo == (1 if claims_in == "userinfo" else 0)


async def test_nothing_of_a_person_or_a_token_is_in_a_repr() -> None:
    async with world() as at:
        begun = await at.party.begin(CALLBACK)
        code = await at.code(begun)
        who = await at.finish(begun, code)
    shown = repr(begun) + repr(who) + repr(at.party.settings)
    for secret in (begun.state, begun.nonce, begun.verifier, who.subject, who.citizen_id, who.name, who.id_token):
        assert secret not in shown


async def test_what_the_browser_is_sent_with_is_new_each_time_and_complete() -> None:
    async with world() as at:
        begun, other = await at.party.begin(CALLBACK, 2), await at.party.begin(CALLBACK, 2)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
    assert asked.pop("state") == begun.state
    assert asked.pop("nonce") == begun.nonce
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": "congdan",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge_method": "S256",
        "acr_values": "LoA2",
    }
    assert begun.verifier not in begun.url
    assert len({begun.state, begun.nonce, begun.verifier, other.state, other.nonce, other.verifier}) == 6


async def test_a_level_that_was_not_reached_is_refused() -> None:
    async with world() as at:
        with pytest.raises(ProviderRefused) as refused:
            await at.sign_in("minh", 1, wanted=2)
    assert refused.value.code == "LEVEL_NOT_REACHED"


@pytest.mark.parametrize(("level_unsaid", "level"), [(0, 0), (1, 1)])
async def test_a_level_that_is_not_known_is_worth_what_the_settings_say(level_unsaid: int, level: int) -> None:
    async with world(levels={"high": 2}, level_unsaid=level_unsaid) as at:
        begun = await at.party.begin(CALLBACK)
        who = await at.finish(begun, await at.code(begun), level=0)
    assert (who.acr, who.level) == ("LoA2", level)


async def test_a_step_up_asks_the_person_anew_though_it_is_signed_in() -> None:
    async with world() as at, Browser() as browser:
        first = await at.party.begin(CALLBACK, 1)
        answer = await browser.choose(await browser.go(first.url), "lan", 1)
        before = await at.finish(first, answer["code"])
        again = await browser.go((await at.party.begin(CALLBACK, 1)).url)
        assert "code" in again, "a person who is signed in is not asked again"
        step = await at.party.begin(CALLBACK, 2, step_up=True)
        page = await browser.go(step.url)
        assert isinstance(page, Page)
        answer = await browser.choose(page, "lan", 2)
        after = await at.finish(step, answer["code"], level=2)
    assert (before.level, after.level) == (1, 2)
    assert before.sid == after.sid
    assert {"prompt": ["login"], "max_age": ["0"]}.items() <= parse_qs(urlsplit(step.url).query).items()


async def test_a_step_up_with_an_old_authentication_is_refused() -> None:
    async with world() as at:
        at.faults.forge = lambda header, claims, key: _signed(header, {**claims, "auth_time": time.time() - 90}, key)
        step = await at.party.begin(CALLBACK, 2, step_up=True)
        code = await at.code(step)
        with pytest.raises(ProviderRefused) as refused:
            await at.finish(step, code, level=2)
    assert refused.value.code == "AUTH_TOO_OLD"


async def test_a_step_up_without_the_time_of_authentication_is_refused() -> None:
    async with world() as at:
        at.faults.forge = lambda header, claims, key: _signed(header, {**claims, "auth_time": None}, key)
        step = await at.party.begin(CALLBACK, 2, step_up=True)
        code = await at.code(step)
        with pytest.raises(ProviderRefused) as refused:
            await at.finish(step, code, level=2)
    assert (refused.value.code, refused.value.why) == ("ID_TOKEN_INVALID", "auth_time")


async def test_whoever_refuses_is_told_so_by_a_code() -> None:
    async with world() as at, Browser() as browser:
        begun = await at.party.begin(CALLBACK)
        answer = await browser.choose(await browser.go(begun.url), "lan", 1, "refuse")
        refused = await at.party.refusal(answer["error"], answer["iss"])
        others = [
            (await at.party.refusal(error, at.url)).code
            for error in ("login_required", "unmet_authentication_requirements", "made_up")
        ]
        down = await at.party.refusal("temporarily_unavailable", at.url)
    assert (answer["error"], answer["state"], refused.code) == ("access_denied", begun.state, "LOGIN_DENIED")
    assert others == ["LOGIN_REQUIRED", "LEVEL_NOT_REACHED", "LOGIN_FAILED"]
    assert down.retry_after_s == 2


async def test_a_browser_is_sent_to_sign_out_there_and_back() -> None:
    async with world() as at, Browser() as browser:
        begun = await at.party.begin(CALLBACK)
        answer = await browser.choose(await browser.go(begun.url), "lan", 2)
        who = await at.finish(begun, answer["code"])
        url = await at.party.logout_url(who.id_token, AFTER, "xyz")
        back = await browser.go(url)
        page = await browser.go((await at.party.begin(CALLBACK)).url)
    assert url.startswith(f"{at.url}/end_session?")
    assert back == {"state": "xyz"}
    assert isinstance(page, Page), "the person has to sign in again"


async def test_a_provider_without_a_place_to_sign_out_has_no_address() -> None:
    party_settings = provider_settings(
        "https://idp.test",
        discovery=False,
        authorization_endpoint="https://idp.test/a",
        token_endpoint="https://idp.test/t",
        jwks={"keys": []},
    )
    from identity.provider.party import RelyingParty

    party = RelyingParty(party_settings)
    assert await party.logout_url("hint", AFTER, "s") is None
    assert (await party.begin(CALLBACK)).url.startswith("https://idp.test/a?response_type=code&")


def _signed(header: dict, claims: dict, key: object) -> str:
    from joserfc import jwt

    told = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header, told, key, algorithms=[header["alg"]])
