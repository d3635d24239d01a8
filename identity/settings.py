"""``[identity]`` of plugins.toml: how people sign in, and the secrets that keep what they are."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from identity.provider.settings import ProviderSettings
from schema.settings import EnvironmentFirst


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("an address such as https://congdan.example")
    return url.rstrip("/")


def _app_uri(uri: str) -> str:
    scheme = urlsplit(uri).scheme
    if scheme in ("", "http", "javascript", "data", "file", "vbscript"):
        raise ValueError("an app's own scheme such as congdanso://signed-in, or an https address that it has claimed")
    return uri


class IdentitySettings(EnvironmentFirst):
    """An environment variable ``CONGDANSO_IDENTITY_<NAME>`` wins over the file.

    ``public_url``: where browsers reach the gateway; the provider sends them back there. Without it, in development,
    it is where the server listens.

    ``provider``: VNeID, or another OpenID provider. ``simulator``: development's own in its place.
    ``app_redirects``: where an app may have its ticket sent, exactly. ``secret``: of the keyed hashes;
    ``encryption_keys``: the newest first, of what is sealed. Development makes both.
    ``access_s``: how long an access token is good for.
    """

    model_config = SettingsConfigDict(env_prefix="CONGDANSO_IDENTITY_", extra="forbid")

    public_url: Annotated[str, AfterValidator(_base_url)] | None = None
    provider: ProviderSettings | None = None
    simulator: bool = False
    app_redirects: tuple[Annotated[str, AfterValidator(_app_uri)], ...] = ("congdanso://signed-in",)
    secret: SecretStr | None = None
    encryption_keys: tuple[SecretStr, ...] = ()
    access_s: int = Field(default=300, ge=30, le=3600)

    @model_validator(mode="after")
    def _one_provider(self) -> Self:
        if self.simulator and self.provider is not None:
            raise ValueError("simulator and provider: take one of the two out")
        return self
