"""Words that let somebody in once: drawn at random, kept as their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

BYTES = 32


def draw() -> str:
    """256 random bits, in base64url."""
    return secrets.token_urlsafe(BYTES)


def hash_of(word: str) -> str:
    """What a table keeps of it, hexadecimal. No salt: the word is random itself."""
    return hashlib.sha256(word.encode()).hexdigest()


def is_verifier_of(verifier: str, challenge: str) -> bool:
    """Whether ``challenge`` is the S256 of ``verifier`` (RFC 7636, 4.6)."""
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())
