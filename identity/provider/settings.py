"""Settings of a provider: where it is, who we are there, what its claims are called, what its levels mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key
from pydantic import BaseModel, ConfigDict, Field, Json, SecretStr, field_validator, model_validator

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
)

FRONT_DOORS: Final[Mapping[str, Mapping[str, Any]]] = {
    "dichvucong": {
        "issuer": "https://xacthuc.dichvucong.gov.vn",
        "discovery": False,
        "authorization_endpoint": "https://xacthuc.dichvucong.gov.vn/oauth2/authorize",
        "token_endpoint": "https://xacthuc.dichvucong.gov.vn/oauth2/token",
        "userinfo_endpoint": "https://xacthuc.dichvucong.gov.vn/oauth2/userinfo",
    },
    "dancuquocgia": {
        "issuer": "https://sso.dancuquocgia.gov.vn",
        "discovery": False,
        "authorization_endpoint": "https://sso.dancuquocgia.gov.vn/auth",
    },
}
"""The two front doors of VNeID that public code shows, as examples to begin with: no specification is public.

``issuer`` is a guess, and where keys (and, at the second, tokens) are is not known: what whoever runs the provider
says goes into the settings, which win over what stands here.
"""


def is_safe_url(url: str) -> bool:
    """Whether tokens may go there: https, or http on this machine; no user, no fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment or any(char <= " " for char in url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "::1", "localhost"))


class ClaimNames(BaseModel):
    """What the provider calls what we need; "" is not asked for. ``level``: the claim that ``levels`` is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    citizen_id: str = "SoDinhDanh"
    name: str = "HoVaTen"
    birth_date: str = "NgaySinh"
    level: str = "acr"


class ProviderSettings(BaseModel):
    """One provider. ``name``: ours for it, kept with its people. ``front_door``: of ``FRONT_DOORS``, to begin with.

    ``discovery``: ask the issuer for its endpoints; those that are set win. ``jwks``: its public keys, instead of
    ``jwks_uri``. ``client_key``: a private key, PEM or JWK, for ``private_key_jwt``; ``assertion_audience``: "" is the
    issuer. ``levels``: what each value of the level's claim is worth; ``level_unsaid``: of a value that is not among
    them or not told. ``citizen_id_form``: a regular expression. ``iss_sent``: whether the answer to a sign-in says who
    answers (RFC 9207); None is what discovery tells. ``require_kid``: False takes a token without a key's id where the
    provider has a single key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("vneid", pattern=r"^[a-z][a-z0-9-]{0,31}$")
    front_door: Literal["", "dichvucong", "dancuquocgia"] = ""
    issuer: str
    discovery: bool = True
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    jwks_uri: str | None = None
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    jwks: dict[str, Any] | Json[dict[str, Any]] | None = None
    client_id: str = Field(min_length=1)
    auth_method: Literal["client_secret_basic", "private_key_jwt"] = "client_secret_basic"
    client_secret: SecretStr | None = None
    client_key: SecretStr | None = None
    assertion_audience: str = ""
    scopes: tuple[str, ...] = ("openid",)
    parameters: dict[str, str] = {}
    algorithms: tuple[Algorithm, ...] = Field(("RS256", "PS256", "ES256"), min_length=1)
    claims: ClaimNames = ClaimNames()
    required_claims: tuple[Literal["citizen_id", "name", "birth_date"], ...] = ("citizen_id", "name")
    citizen_id_form: str = r"[0-9]{12}"
    levels: dict[str, int] = {"LoA1": 1, "LoA2": 2}
    level_unsaid: int = Field(0, ge=0, le=2)
    iss_sent: bool | None = None
    require_kid: bool = True
    call_within_s: float = Field(3.0, gt=0, le=10)
    finish_within_s: float = Field(5.0, gt=0, le=30)
    answer_bytes_most: int = Field(256_000, ge=1000)
    circuit_failures: int = Field(5, ge=1)
    circuit_wait_s: float = Field(10.0, gt=0)
    keys_refetch_s: float = Field(10.0, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _through_the_front_door(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and given.get("front_door") in FRONT_DOORS:
            return {**FRONT_DOORS[str(given["front_door"])], **given}
        return given

    @field_validator("issuer", *ENDPOINTS)
    @classmethod
    def _safe(cls, url: str | None) -> str | None:
        if url is not None and not is_safe_url(url):
            raise ValueError("must be an https URL (http on this machine alone) without user and fragment")
        return url

    @field_validator("levels")
    @classmethod
    def _known_levels(cls, levels: dict[str, int]) -> dict[str, int]:
        if not levels or not all(level in (1, 2) for level in levels.values()):
            raise ValueError("must say of at least one value that it is worth 1 or 2")
        return levels

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.auth_method == "client_secret_basic" and not self.client_secret:
            raise ValueError("client_secret must be set for client_secret_basic")
        if self.auth_method == "private_key_jwt":
            client_key(self)
        if not self.discovery:
            missing = [name for name in ENDPOINTS[:3] if getattr(self, name) is None]
            if self.jwks is not None and "jwks_uri" in missing:
                missing.remove("jwks_uri")
            if missing:
                raise ValueError(f"{', '.join(missing)} must be set where there is no discovery")
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold openid")
        return self


def client_key(settings: ProviderSettings) -> ECKey | RSAKey:
    """The key that we sign as a client with.

    Raises:
        ValueError: there is none, or it is no private key of an elliptic curve or RSA.
    """
    text = settings.client_key.get_secret_value().strip() if settings.client_key else ""
    wrong = "client_key must be a private EC or RSA key, as PEM or JWK, for private_key_jwt"
    for kind in ("EC", "RSA"):
        try:
            key = import_key(_jwk(text) if text.startswith("{") else text, kind)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if isinstance(key, (ECKey, RSAKey)) and key.is_private:
            key.ensure_kid()
            return key
    raise ValueError(wrong)


def _jwk(text: str) -> dict[str, Any]:
    given: dict[str, Any] = orjson.loads(text)
    return given
