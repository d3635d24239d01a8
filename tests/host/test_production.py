"""Production does not start with what is for development, and says which setting is wrong."""

import base64
import os
import secrets
from pathlib import Path

import pytest

from gateway.host.city import open_city
from gateway.host.manifest import ManifestError
from tests.host.conftest import WriteCity, good

GOOD_SECRET = secrets.token_urlsafe(48)
GOOD_KEY = base64.urlsafe_b64encode(os.urandom(32)).decode()


def production(write_city: WriteCity, identity: str) -> Path:
    return write_city({"good": good("good")}, more=f'[gateway]\nmode = "production"\n[identity]\n{identity}\n')


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ("simulator = true", "[identity] simulator = true signs in whoever likes: not in production"),
        ("", "[identity] secret in plugins.toml: it is missing"),
        ('secret = "short"', "[identity] secret in plugins.toml: it is shorter than 32 characters"),
        (f'secret = "{"change-me-" * 5}"', "[identity] secret in plugins.toml: it is a default that others know"),
        (f'secret = "{"a" * 40}"', "[identity] secret in plugins.toml: it is easily guessed"),
        (f'secret = "{GOOD_SECRET}"', "[identity] encryption_keys in plugins.toml: they are missing"),
        (
            f'secret = "{GOOD_SECRET}"\nencryption_keys = ["c2hvcnQ="]',
            "[identity] encryption_keys in plugins.toml: they are not all 32 bytes in URL-safe base64",
        ),
    ],
    ids=["simulator", "no secret", "short", "default", "guessed", "no keys", "bad key"],
)
def test_production_says_which_setting_is_wrong(write_city: WriteCity, identity: str, told: str) -> None:
    with pytest.raises(ManifestError) as refused:
        open_city(production(write_city, identity))
    assert told in str(refused.value)
    assert GOOD_SECRET not in str(refused.value)


def test_production_starts_with_good_secrets(write_city: WriteCity) -> None:
    city = open_city(production(write_city, f'secret = "{GOOD_SECRET}"\nencryption_keys = ["{GOOD_KEY}"]'))
    assert city.health()["status"] == "ok"
    assert city.sign_on.simulator is None
    city.close()


def test_a_secret_may_come_from_the_environment(write_city: WriteCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGDANSO_IDENTITY_SECRET", GOOD_SECRET)
    monkeypatch.setenv("CONGDANSO_IDENTITY_ENCRYPTION_KEYS", f'["{GOOD_KEY}"]')
    city = open_city(production(write_city, ""))
    assert city.health()["status"] == "ok"
    city.close()
