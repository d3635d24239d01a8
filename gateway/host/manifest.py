"""plugins.toml, read and checked: which subgraphs make the city's graph, in which order, with which settings."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from gateway.problem import Problem
from gateway.subgraphs.settings import RemoteSettings
from identity.keys import KeyRing, KeysDamaged
from identity.secrets import SecretMissing, Secrets, load_secrets
from identity.settings import IdentitySettings
from identity.tokens import Tokens
from schema.settings import EnvironmentFirst

CONFIG_VARIABLE = "CONGDANSO_CONFIG"
DEFAULT_FILE = "plugins.toml"


class ManifestError(Problem):
    """plugins.toml cannot be used. The message names the file, the place and what to do."""


class GatewaySettings(EnvironmentFirst):
    """``[gateway]``; an environment variable ``CONGDANSO_<NAME>`` wins over the file."""

    model_config = SettingsConfigDict(env_prefix="CONGDANSO_", extra="forbid")

    mode: Literal["development", "production"] = "development"
    database: str = "sqlite:///var/congdanso.db"
    data_folder: Path = Path("var")
    """Where the database's keys and other state are kept; relative to the file."""
    migrate_at_start: bool = True
    keep_events_days: int = Field(14, ge=1)
    database_threads: int = Field(8, ge=1, le=200)
    subgraph_endpoints: bool = False
    """Serve ``/subgraphs/<name>/graphql``: a plugin alone, by its own guards. The gateway's limits do not hold there,
    and what the graph hides is answered: in development only."""
    explorer: bool | None = None
    """The Explorer for browsers at /graphql; None is in development only."""
    allowed_origins: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_production(self) -> Self:
        if self.mode == "production" and self.subgraph_endpoints:
            raise ValueError("subgraph_endpoints lets a subgraph be asked past the gateway's checks: not in production")
        return self


class PluginEntry(RemoteSettings):
    """``[plugins.<name>]``. ``module``: where its hooks are, when not in ``plugins/<name>/plugin.py``.

    ``url``: the plugin runs there as a service of its own; ``sdl``: a file with its SDL, asked of the service when
    not given. The settings of remote subgraphs stand beside them.
    """

    enabled: bool = True
    required: bool = False
    module: str | None = None
    url: str | None = None
    sdl: Path | None = None
    settings: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_remote(self) -> Self:
        if self.url is None and (given := sorted(self.model_fields_set & RemoteSettings.model_fields.keys())):
            raise ValueError(f"{', '.join(given)}: for a plugin behind a url, and this one has none")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    gateway: dict[str, Any] = {}
    identity: dict[str, Any] = {}
    roles: dict[str, list[str]] = {}
    plugins: dict[str, PluginEntry] = {}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file says. ``folder``: where it lies, which its relative paths start from.

    ``roles``: the scopes that each role allows. ``plugins``: in order.
    """

    folder: Path
    gateway: GatewaySettings
    identity: IdentitySettings
    roles: Mapping[str, list[str]]
    plugins: Mapping[str, PluginEntry]

    @property
    def database_url(self) -> str:
        """The database's URL with a relative SQLite path made absolute."""
        prefix = "sqlite:///"
        path = self.gateway.database.removeprefix(prefix)
        if not self.gateway.database.startswith(prefix) or path in ("", ":memory:"):
            return self.gateway.database
        return prefix + str(self.folder / path)

    @property
    def data_folder(self) -> Path:
        return self.folder / self.gateway.data_folder

    @property
    def in_development(self) -> bool:
        return self.gateway.mode == "development"

    def tokens(self) -> Tokens:
        """What signs and checks people's access tokens, by the keys in the data folder.

        Raises:
            ManifestError: the file of the keys is damaged.
        """
        try:
            return Tokens(KeyRing(self.data_folder))
        except KeysDamaged as damaged:
            raise ManifestError(str(damaged)) from None

    def secrets(self) -> Secrets:
        """What hashes and seals personal data.

        Raises:
            ManifestError: in production, a secret is missing or weak, and which.
        """
        try:
            return load_secrets(self.data_folder, self.identity, self.in_development)
        except SecretMissing as missing:
            raise ManifestError(str(missing)) from None


def find_manifest(given: Path | None = None) -> Path:
    """The file to read: the one given, ``$CONGDANSO_CONFIG``, or plugins.toml here or in a folder above.

    Raises:
        ManifestError: there is none.
    """
    named = given or (Path(os.environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in os.environ else None)
    if named is not None:
        if not named.is_file():
            raise ManifestError(f"{named} is not a file: give --config the path of a plugins.toml.")
        return named
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / DEFAULT_FILE).is_file():
            return folder / DEFAULT_FILE
    raise ManifestError(f"No {DEFAULT_FILE} in {here} or above: run in the project's folder, or give --config FILE.")


def read_manifest(path: Path, **overrides: Any) -> Manifest:
    """``overrides``: settings of ``[gateway]`` that win over the file and the environment; the caller checks them.

    Raises:
        ManifestError: it is not TOML, or says something that it may not.
    """
    try:
        file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        settings = GatewaySettings(**file.gateway).model_copy(update=overrides)
        identity = IdentitySettings(**file.identity)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        raise ManifestError(f"{path}: {describe(error)}") from None
    if settings.mode == "production" and identity.simulator:
        why = "[identity] simulator = true signs in whoever likes: not in production, take it out."
        raise ManifestError(f"{path}: {why}")
    return Manifest(path.resolve().parent, settings, identity, file.roles, file.plugins)


def describe(error: ValidationError) -> str:
    """A validation error in one line: each place and what is wrong there."""
    return "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'all'}: {e['msg']}" for e in error.errors())
