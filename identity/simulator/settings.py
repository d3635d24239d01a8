"""Settings of the simulator: where it is, and who may ask it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

LEVELS = {"LoA1": 1, "LoA2": 2}
"""The ``acr`` of each level of an e-ID."""


class SimulatedClient(BaseModel):
    """Who may ask. ``secret``: for ``client_secret_basic``. ``jwks``: public, for ``private_key_jwt``.

    ``logout_uris``: where a browser may be sent after signing out. ``backchannel_uri``: who is told of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(min_length=1)
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    secret: SecretStr | None = None
    jwks: dict[str, Any] | None = None
    logout_uris: tuple[str, ...] = ()
    backchannel_uri: str | None = None


class SimulatorSettings(BaseModel):
    """``issuer``: the URL that the app is reached at, with the path that it is mounted under.

    ``claims_in``: where the claims of the person are told. ``folder``: for what several processes share; None keeps it
    in memory.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    clients: tuple[SimulatedClient, ...] = ()
    algorithm: Literal["RS256", "PS256", "ES256"] = "ES256"
    claims_in: Literal["id_token", "userinfo"] = "id_token"
    folder: Path | None = None
    code_lifetime_s: int = 60
    token_lifetime_s: int = 300

    @field_validator("issuer")
    @classmethod
    def _base(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise ValueError("must be a URL without query and fragment")
        return url.rstrip("/")

    @property
    def path(self) -> str:
        """Of the issuer: what its cookies are limited to."""
        return urlsplit(self.issuer).path or "/"

    @property
    def is_secure(self) -> bool:
        return self.issuer.startswith("https:")

    def client(self, client_id: str | None) -> SimulatedClient | None:
        return next((client for client in self.clients if client.client_id == client_id), None)
