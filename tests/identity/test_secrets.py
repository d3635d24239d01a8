"""Secrets: development makes its own, production takes none that is missing, known or weak, and says which."""

import base64
import json
import secrets
import stat
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from identity.sealing import new_key
from identity.secrets import FILE, SecretMissing, Secrets, load_secrets

STRONG = "r7Kq2vXw9LmZ4cTnB8sYhD3fJgP6aE5u"
KEY = new_key()


@dataclass
class Given:
    secret: SecretStr | None = None
    encryption_keys: tuple[SecretStr, ...] = ()


def given(secret: str | None, *keys: str) -> Given:
    return Given(None if secret is None else SecretStr(secret), tuple(SecretStr(key) for key in keys))


def same(one: Secrets, other: Secrets) -> bool:
    return one.hash.of("x", "y") == other.hash.of("x", "y") and other.sealer.open(one.sealer.seal("z")) == "z"


def test_development_makes_its_secrets_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_secrets(tmp_path / "var", Given(), development=True)
    file = tmp_path / "var" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert same(first, load_secrets(tmp_path / "var", Given(), development=True))
    assert not same_hash(first, load_secrets(tmp_path / "other", Given(), development=True))
    assert [each.name for each in file.parent.iterdir()] == [FILE]


def same_hash(one: Secrets, other: Secrets) -> bool:
    return one.hash.of("x", "y") == other.hash.of("x", "y")


def test_processes_that_start_together_have_the_same_secrets(tmp_path: Path) -> None:
    loaded: list[Secrets] = []
    start = threading.Barrier(8)

    def load() -> None:
        start.wait()
        loaded.append(load_secrets(tmp_path, Given(), development=True))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [same(loaded[0], each) for each in loaded] == [True] * 8


def test_settings_win_over_the_file_in_development(tmp_path: Path) -> None:
    kept = load_secrets(tmp_path, Given(), development=True)
    named = load_secrets(tmp_path, given(STRONG, KEY), development=True)
    assert same(named, load_secrets(tmp_path / "none", given(STRONG, KEY), development=False))
    assert not same_hash(kept, named)


def test_production_takes_good_secrets_and_writes_nothing(tmp_path: Path) -> None:
    load_secrets(tmp_path / "var", given(STRONG, new_key(), KEY), development=False)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (None, "missing"),
        ("", "missing"),
        (STRONG[:-1], "shorter than 32 characters"),
        ("change-me-change-me-change-me-please", "a default that others know"),
        ("my-Super-Secret-for-the-gateway-0451", "a default that others know"),
        (STRONG + "-EXAMPLE", "a default that others know"),
        ("a" * 64, "easily guessed"),
        (STRONG[:8] * 4, "easily guessed"),
        ("abcdefghijklmnopqrstuvwxyz0123456789", "easily guessed"),
        ("0123456789" * 4, "easily guessed"),
        ("ab" * 10 + "cd" * 10, "easily guessed"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "easily guessed"),
        ("abbabaabbaababbabaababbaabbabaab", "easily guessed"),
    ],
)
def test_production_refuses_a_secret_and_names_the_setting(tmp_path: Path, secret: str | None, why: str) -> None:
    with pytest.raises(SecretMissing) as refused:
        load_secrets(tmp_path, given(secret, KEY), development=False)
    told = str(refused.value)
    assert told.startswith(f"[identity] secret in plugins.toml: it is {why}. Set it to ")
    assert not secret or secret not in told


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ([], "missing"),
        (["short"], "not all 32 bytes in URL-safe base64"),
        ([KEY, "k" * 43], "not all 32 bytes in URL-safe base64"),
        ([base64.urlsafe_b64encode(bytes(32)).decode()], "not all random"),
        ([KEY, base64.urlsafe_b64encode(b"password" * 4).decode()], "not all random"),
        ([KEY, KEY], "the same key twice"),
        ([KEY, KEY + "=="], "the same key twice"),
    ],
)
def test_production_refuses_encryption_keys_and_names_the_setting(tmp_path: Path, keys: list[str], why: str) -> None:
    with pytest.raises(SecretMissing) as refused:
        load_secrets(tmp_path, given(STRONG, *keys), development=False)
    told = str(refused.value)
    assert told.startswith(f"[identity] encryption_keys in plugins.toml: they are {why}. Set it to ")
    assert not any(key in told for key in keys)


def test_what_development_made_is_refused_in_production(tmp_path: Path) -> None:
    load_secrets(tmp_path, Given(), development=True)
    made = json.loads((tmp_path / FILE).read_text())
    with pytest.raises(SecretMissing, match="secret in .* made for development"):
        load_secrets(tmp_path, given(made["secret"], *made["encryption_keys"]), development=False)


def test_what_random_generators_print_is_taken(tmp_path: Path) -> None:
    for _ in range(300):
        for secret in (secrets.token_urlsafe(24), secrets.token_hex(16), base64.b64encode(secrets.token_bytes(48))):
            text = secret if isinstance(secret, str) else secret.decode()
            load_secrets(tmp_path, given(text, new_key()), development=False)


def test_nothing_shows_the_secrets(tmp_path: Path) -> None:
    loaded = load_secrets(tmp_path, given(STRONG, KEY), development=False)
    assert STRONG not in repr(loaded)
    assert KEY not in repr(loaded)
