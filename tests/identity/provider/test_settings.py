"""A provider's settings: what cannot work or is not safe is said when they are read."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from pydantic import ValidationError

from identity.provider.settings import FRONT_DOORS, ProviderSettings, client_key, is_safe_url

GOOD = {"issuer": "https://idp.test", "client_id": "congdan", "client_secret": "s3cret"}


def wrong(**changed: Any) -> str:
    with pytest.raises(ValidationError) as told:
        ProviderSettings(**{**GOOD, **changed})
    assert "s3cret" not in str(told.value) or "client_secret" not in changed
    return str(told.value)


def test_the_least_that_is_needed() -> None:
    settings = ProviderSettings(**GOOD)
    assert (settings.name, settings.auth_method, settings.levels) == (
        "vneid",
        "client_secret_basic",
        {"LoA1": 1, "LoA2": 2},
    )
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("door", sorted(FRONT_DOORS))
def test_a_front_door_needs_what_is_not_known_of_it_and_settings_win(door: str) -> None:
    assert "jwks_uri" in wrong(front_door=door)
    settings = ProviderSettings(
        front_door=door,
        client_id="congdan",
        client_secret="s",
        issuer="https://other.test",
        jwks_uri="https://other.test/jwks",
        token_endpoint="https://other.test/token",
    )
    assert settings.authorization_endpoint == FRONT_DOORS[door]["authorization_endpoint"]
    assert (settings.issuer, settings.token_endpoint) == ("https://other.test", "https://other.test/token")


def test_without_discovery_keys_may_stand_in_the_settings() -> None:
    explicit = {"discovery": False, "authorization_endpoint": "https://i.test/a", "token_endpoint": "https://i.test/t"}
    assert "jwks_uri must be set" in wrong(**explicit)
    assert ProviderSettings(**GOOD, **explicit, jwks='{"keys": []}').jwks == {"keys": []}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"issuer": "http://idp.test"}, "https"),
        ({"token_endpoint": "http://idp.test/t"}, "https"),
        ({"client_secret": None}, "client_secret must be set"),
        ({"auth_method": "private_key_jwt"}, "client_key must be"),
        ({"auth_method": "private_key_jwt", "client_key": "nonsense"}, "client_key must be"),
        ({"auth_method": "none"}, "auth_method"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": []}, "algorithms"),
        ({"levels": {"LoA3": 3}}, "levels"),
        ({"levels": {}}, "levels"),
        ({"scopes": ["profile"]}, "openid"),
        ({"name": "VNeID!"}, "name"),
        ({"made_up": 1}, "made_up"),
    ],
    ids=str,
)
def test_what_cannot_work_is_said(changed: dict[str, Any], said: str) -> None:
    assert said in wrong(**changed)


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://idp.test/x?y=1", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost/x", True),
        ("http://[::1]:1/", True),
        ("http://idp.test", False),
        ("http://localhost.evil.test", False),
        ("https://u:p@idp.test", False),
        ("https://idp.test/#x", False),
        ("https://", False),
        ("https://idp.test:port", False),
        ("https://idp.test/a b", False),
        ("javascript:alert(1)", False),
        ("//idp.test", False),
    ],
)
def test_where_tokens_may_go(url: str, is_safe: bool) -> None:
    assert is_safe_url(url) is is_safe


def test_the_clients_key_is_private_and_of_a_kind_that_signs() -> None:
    def key_of(text: str) -> object:
        return client_key(ProviderSettings(**GOOD, auth_method="private_key_jwt", client_key=text))

    rsa, ec = RSAKey.generate_key(2048), ECKey.generate_key("P-384")
    assert isinstance(key_of(rsa.as_pem(private=True).decode()), RSAKey)
    assert isinstance(key_of(ec.as_pem(private=True).decode()), ECKey)
    for text in (ec.as_pem(private=False).decode(), str(OctKey.generate_key(256).as_dict(private=True)), "{}", ""):
        assert "client_key must be a private EC or RSA key" in wrong(auth_method="private_key_jwt", client_key=text)
