"""What can come of a sign-in at a provider but the person: it is down, or something is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from schema.errors import Refused

MESSAGES: Final[Mapping[str, str]] = {
    "LOGIN_DENIED": "The person refused, or gave up, at the provider: offer the sign-in again.",
    "LOGIN_REQUIRED": "The provider needs the person to act: begin a sign-in that may show its pages.",
    "LOGIN_FAILED": "The provider refused the sign-in: begin it again.",
    "CODE_REFUSED": "The provider refused the code; each is good once and for a short time: begin the sign-in again.",
    "CLIENT_REFUSED": "The provider does not take us for its client: check client_id and its secret or key.",
    "PROVIDER_MISMATCH": "The answer is another provider's than the one that was asked: begin the sign-in again.",
    "ID_TOKEN_INVALID": "The provider's id_token is not good: begin the sign-in again.",
    "NONCE_MISMATCH": "The id_token belongs to another sign-in: begin the sign-in again.",
    "AUTH_TOO_OLD": "The provider did not ask the person anew: begin the sign-in again.",
    "LEVEL_NOT_REACHED": "The person did not sign in at the level that is needed: choose it at the provider.",
    "USERINFO_MISMATCH": "The provider's userinfo is about another person than its id_token: begin the sign-in again.",
    "USERINFO_REFUSED": "The provider did not give the person's claims: begin the sign-in again.",
    "CLAIMS_MISSING": "The provider does not say who the person is: check the names of the claims, and the scopes.",
    "CLAIM_INVALID": "A claim of the person is not of its form: check the names of the claims.",
    "LOGOUT_TOKEN_INVALID": "The logout token is not good.",
}
"""Every code of ``ProviderRefused``, with its message. None of them holds a token or anything of a person."""


class ProviderDown(Exception):  # noqa: N818, a fact about the other side
    """The provider cannot be used now. ``retry_after_s``: whole seconds, at least 1."""

    def __init__(self, provider: str, retry_after_s: float) -> None:
        self.retry_after_s = max(1, math.ceil(retry_after_s))
        super().__init__(f"The provider {provider} cannot be reached: try again in {self.retry_after_s} s.")


class ProviderRefused(Refused):
    """A sign-in or a logout token that is not taken. ``code``: of ``MESSAGES``.

    ``why``: what did not hold, such as ``aud``: a name of a claim or a check, never a value.
    """

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{MESSAGES[code]} ({why})" if why else MESSAGES[code], code=code)
        self.why = why
