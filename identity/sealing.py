"""Personal data at rest: sealed with keys that can be rotated, or as a keyed hash where it is only compared."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32


class Unsealable(Exception):  # noqa: N818, a fact about what is stored
    """What is stored was sealed with a key that is not among ours, or was changed since. The message has none of it."""


def new_key() -> str:
    """A key for ``Sealer``: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode()


class Sealer:
    """Seals texts by Fernet (AES-128-CBC with HMAC-SHA256). ``keys``: the newest first, as ``new_key`` makes them.

    The first seals, all of them open: to rotate, put a new key before the others, run ``reseal`` over all that is
    stored, and take the old key out.

    Raises:
        ValueError: there is no key, or one is not 32 bytes in URL-safe base64. The message does not hold it.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("there is no key to seal with")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise ValueError(f"a key is not {KEY_BYTES} bytes in URL-safe base64") from None

    def seal(self, text: str) -> str:
        """ASCII, another one each time: sealed texts cannot be compared or searched."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, text: str) -> str:
        """Raises: Unsealable: it was sealed by other keys, was changed, or was never sealed."""
        try:
            return self._fernet.decrypt(text.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise Unsealable("What is stored cannot be opened by the encryption keys of the settings.") from None

    def reseal(self, text: str) -> str:
        """The same, sealed with the newest key. Raises: Unsealable."""
        try:
            return self._fernet.rotate(text.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise Unsealable("What is stored cannot be opened by the encryption keys of the settings.") from None


class KeyedHash:
    """Names for values that cannot be turned back, nor guessed without the secret: a citizen number has 10^12.

    ``secret``: at least 32 characters. Each purpose has a key of its own (HKDF, RFC 5869), so that the same value has
    unlike names for unlike purposes. Changing the secret changes every name.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}

    def of(self, purpose: str, value: str) -> str:
        """64 hexadecimal digits: HMAC-SHA256. ``purpose``: a fixed word, such as ``citizen``."""
        return hmac.digest(self._key(purpose), value.encode(), "sha256").hex()

    def _key(self, purpose: str) -> bytes:
        key = self._keys.get(purpose)
        if key is None:
            info = f"congdanso/identity/{purpose}".encode()
            key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._secret)
            self._keys[purpose] = key
        return key
