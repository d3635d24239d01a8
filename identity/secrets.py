"""What identity must keep to itself: the secret of keyed hashes, and the keys that personal data is sealed with."""

from __future__ import annotations

import base64
import math
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from cryptography.fernet import Fernet
from pydantic import SecretStr

from identity.files import make_once
from identity.sealing import KeyedHash, Sealer, new_key

FILE: Final = "secrets.json"
SECRET_LEAST: Final = 32
ENTROPY_LEAST_BITS: Final = 90.0
"""Of the characters alone. 32 random hexadecimal digits have about 115; a sentence of 32 characters, about 110."""
_BYTES_UNLIKE_LEAST: Final = 16
"""Of the 32 in a key: random ones are about 30."""

# Whoever copied an example or the development's own file has one of these in it.
_DEFAULTS: Final = (
    *("change-me", "changeme", "change_me", "default", "development", "example", "insecure", "placeholder"),
    *("your-secret", "yoursecret", "your_secret", "supersecret", "super-secret", "not-a-secret", "password"),
)
_DEVELOPMENT: Final = "development-"


class SecretMissing(Exception):  # noqa: N818, it is the operator's, not an error of ours
    """A secret of production is missing or too weak. The message names the setting and what to do, never its value."""


class SecretSettings(Protocol):
    """The two settings. ``secret``: for keyed hashes. ``encryption_keys``: the newest first (``Sealer``)."""

    @property
    def secret(self) -> SecretStr | None: ...

    @property
    def encryption_keys(self) -> Sequence[SecretStr]: ...


@dataclass(frozen=True, slots=True)
class Secrets:
    """``hash``: names what is only compared. ``sealer``: seals what is shown again."""

    hash: KeyedHash
    sealer: Sealer


def load_secrets(folder: Path, settings: SecretSettings, development: bool) -> Secrets:
    """The secrets of the settings; in development those of ``folder``/secrets.json (made once, 0600) where none is set.

    Raises:
        SecretMissing: in production, a setting is missing, a known default, or easily guessed; anywhere, a key is none.
    """
    secret = settings.secret.get_secret_value() if settings.secret else ""
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    if not development:
        _check_secret(secret)
        _check_keys(keys)
    elif not (secret and keys):
        kept = orjson.loads(make_once(folder / FILE, _made))
        secret, keys = secret or kept["secret"], keys or kept["encryption_keys"]
    try:
        return Secrets(KeyedHash(secret), Sealer(keys))
    except ValueError as error:
        raise _wrong("encryption_keys", str(error)) from None


def _made() -> bytes:
    made: dict[str, Any] = {"secret": _DEVELOPMENT + secrets.token_urlsafe(48), "encryption_keys": [new_key()]}
    return orjson.dumps(made, option=orjson.OPT_INDENT_2)


def _check_secret(secret: str) -> None:
    if not secret:
        raise _wrong("secret", "missing")
    if len(secret) < SECRET_LEAST:
        raise _wrong("secret", f"shorter than {SECRET_LEAST} characters")
    if secret.startswith(_DEVELOPMENT):
        raise _wrong("secret", "the one that was made for development")
    if any(word in secret.lower() for word in _DEFAULTS):
        raise _wrong("secret", "a default that others know")
    if _is_patterned(secret) or _entropy_bits(secret) < ENTROPY_LEAST_BITS:
        raise _wrong("secret", "easily guessed")


def _check_keys(keys: Sequence[str]) -> None:
    if not keys:
        raise _wrong("encryption_keys", "missing")
    try:
        given = [_bytes_of(key) for key in keys]
    except ValueError:
        raise _wrong("encryption_keys", "not all 32 bytes in URL-safe base64") from None
    if any(len(set(key)) < _BYTES_UNLIKE_LEAST for key in given):
        raise _wrong("encryption_keys", "not all random")
    if len(set(given)) < len(given):
        raise _wrong("encryption_keys", "the same key twice")


def _bytes_of(key: str) -> bytes:
    """Raises: ValueError: it is no key to Fernet, who has the last word on what one is."""
    Fernet(key)
    return base64.urlsafe_b64decode(key)


def _is_patterned(text: str) -> bool:
    """Whether it is a shorter text again and again, or mostly goes on in equal steps, as ``aaaa``, ``abcd`` do."""
    if text in (text + text)[1:-1]:
        return True
    steps = Counter(ord(after) - ord(before) for before, after in pairwise(text))
    return steps.most_common(1)[0][1] > len(text) / 2


def _entropy_bits(text: str) -> float:
    """Shannon's, of the characters as they are spread in the text itself."""
    return -sum(count * math.log2(count / len(text)) for count in Counter(text).values())


def _wrong(setting: str, what: str) -> SecretMissing:
    how = {
        "secret": f"{SECRET_LEAST} random characters or more, such as `openssl rand -base64 48` prints",
        "encryption_keys": "a list of keys, the newest first, such as `openssl rand -base64 32 | tr '+/' '-_'` prints",
    }[setting]
    given = "it is" if setting == "secret" else "they are"
    return SecretMissing(f"[identity] {setting} in plugins.toml: {given} {what}. Set it to {how}.")
