"""Proof Key for Code Exchange (RFC 7636), S256 alone."""

from __future__ import annotations

import hashlib

from joserfc.util import urlsafe_b64encode


def challenge_of(verifier: str) -> str:
    """What goes with the sign-in, so that only whoever has ``verifier`` can redeem its code."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
