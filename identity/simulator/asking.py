"""What a client asks for when it sends a browser to sign in, and whether it may."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from identity.simulator.core import Wrong
from identity.simulator.settings import LEVELS, SimulatedClient, SimulatorSettings

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PROMPTS: Final = frozenset(("none", "login", "consent", "select_account"))
_WORD_MOST: Final = 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """``level``: the first of ``acr_values`` that is known. ``max_age``: seconds, or None."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    scope: str
    challenge: str
    level: int
    prompts: tuple[str, ...]
    max_age: int | None

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Asked:
        return cls(**{**kept, "prompts": tuple(kept["prompts"])})


def find_client(settings: SimulatorSettings, fields: Mapping[str, str]) -> tuple[SimulatedClient, str]:
    """The client and where its browser goes back to. Raises: Wrong, which must not be sent there."""
    client = settings.client(fields.get("client_id"))
    if client is None:
        raise Wrong("invalid_client", "no such client")
    uri = fields.get("redirect_uri", "")
    if uri not in client.redirect_uris:
        raise Wrong("invalid_request", "redirect_uri is not one of the client's")
    return client, uri


def parse_asked(fields: Mapping[str, str], client_id: str, redirect_uri: str) -> Asked:
    """Raises: Wrong, to be sent back to the client."""
    if "request" in fields:
        raise Wrong("request_not_supported", "request objects are not taken")
    if "request_uri" in fields:
        raise Wrong("request_uri_not_supported", "request objects are not taken")
    if fields.get("response_type") != "code":
        raise Wrong("unsupported_response_type", "response_type must be code")
    if fields.get("response_mode", "query") != "query":
        raise Wrong("invalid_request", "response_mode must be query")
    if "openid" not in fields.get("scope", "").split():
        raise Wrong("invalid_scope", "scope must hold openid")
    if fields.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(fields.get("code_challenge", "")):
        raise Wrong("invalid_request", "PKCE with S256 is needed")
    if any(len(fields.get(name, "")) > _WORD_MOST for name in ("state", "nonce", "scope")):
        raise Wrong("invalid_request", "state, nonce or scope is too long")
    known = [LEVELS[acr] for acr in fields.get("acr_values", "").split() if acr in LEVELS]
    return Asked(
        client_id=client_id,
        redirect_uri=redirect_uri,
        state=fields.get("state", ""),
        nonce=fields.get("nonce", ""),
        scope="openid",
        challenge=fields["code_challenge"],
        level=known[0] if known else 1,
        prompts=_prompts(fields.get("prompt", "")),
        max_age=_max_age(fields.get("max_age")),
    )


def _prompts(text: str) -> tuple[str, ...]:
    prompts = tuple(text.split())
    if not _PROMPTS.issuperset(prompts) or ("none" in prompts and len(prompts) > 1):
        raise Wrong("invalid_request", "prompt is none, or some of login, consent and select_account")
    return prompts


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Wrong("invalid_request", "max_age is a number of seconds")
    return int(text)
