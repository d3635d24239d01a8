"""Two providers, one of them a liar: an answer of one is not taken for the other's."""

import pytest

from identity.provider.party import ProviderRefused, RelyingParty
from tests.identity.provider.serving import CALLBACK, provider_settings, world


async def test_an_answer_that_names_another_provider_is_refused_before_its_code_is_sent_anywhere() -> None:
    async with world() as at:
        begun = await at.party.begin(CALLBACK)
        code = await at.code(begun)
        for iss in ("https://evil.test", "", at.url + "/", None):
            with pytest.raises(ProviderRefused) as refused:
                await at.finish(begun, code, iss=iss)
            assert (refused.value.code, refused.value.why) == ("PROVIDER_MISMATCH", "iss")
        assert "/token" not in at.calls
        assert (await at.finish(begun, code)).level == 2


async def test_where_the_provider_does_not_say_who_answers_none_is_taken_and_another_is_not() -> None:
    async with world(iss_sent=False) as at:
        begun = await at.party.begin(CALLBACK)
        code = await at.code(begun)
        with pytest.raises(ProviderRefused):
            await at.finish(begun, code, iss="https://evil.test")
        assert (await at.finish(begun, code, iss=None)).level == 2


async def test_an_error_of_another_provider_is_refused_too() -> None:
    async with world() as at:
        with pytest.raises(ProviderRefused) as refused:
            await at.party.refusal("access_denied", "https://evil.test")
    assert refused.value.code == "PROVIDER_MISMATCH"


async def test_a_sign_in_begun_at_one_is_not_finished_at_the_other() -> None:
    async with world() as honest, world() as liar:
        begun = await honest.party.begin(CALLBACK)
        code = await honest.code(begun)
        # The liar relays the honest one's code to itself, as its own.
        with pytest.raises(ProviderRefused) as refused:
            await liar.party.finish(code, begun, CALLBACK, liar.url)
        assert refused.value.code == "CODE_REFUSED"
        with pytest.raises(ProviderRefused) as refused:
            await liar.party.finish(code, begun, CALLBACK, honest.url)
        assert refused.value.code == "PROVIDER_MISMATCH"


async def test_a_token_of_one_is_refused_by_the_other_though_the_client_has_the_same_id_there() -> None:
    async with world() as honest, world() as liar:
        begun = await honest.party.begin(CALLBACK)
        stolen = (await honest.finish(begun, await honest.code(begun))).id_token
        liar.faults.forge = lambda header, claims, key: stolen
        again = await liar.party.begin(CALLBACK)
        with pytest.raises(ProviderRefused) as refused:
            await liar.finish(again, await liar.code(again))
    assert (refused.value.code, refused.value.why) == ("ID_TOKEN_INVALID", "kid")


async def test_a_discovery_document_of_another_issuer_is_refused() -> None:
    async with world() as at:
        party = RelyingParty(provider_settings(at.url.replace("127.0.0.1", "localhost")))
        try:
            with pytest.raises(ProviderRefused) as refused:
                await party.begin(CALLBACK)
        finally:
            await party.close()
    assert (refused.value.code, refused.value.why) == ("PROVIDER_MISMATCH", "issuer")


async def test_an_endpoint_where_tokens_must_not_go_is_refused() -> None:
    async with world() as at:
        for endpoint in ("http://evil.test/token", "ftp://x/y", "https://u:p@x/y", 7, ""):
            document = {**at.simulator.discovery(), "token_endpoint": endpoint}
            at.faults.at = frozenset({"/.well-known/openid-configuration"})
            at.faults.body, at.faults.media_type = _json(document), "application/json"
            with pytest.raises(ProviderRefused) as refused:
                await at.party.begin(CALLBACK)
            assert (refused.value.code, refused.value.why) == ("PROVIDER_MISMATCH", "token_endpoint")


def _json(document: dict[str, object]) -> bytes:
    import json

    return json.dumps(document).encode()
