"""Who signs people in: the provider of [identity], or development's own VNeID under /simulator."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from starlette.types import ASGIApp

from gateway.host.ended import EndedSessions
from gateway.host.hosted import HostedPlugins
from gateway.host.sign_on import CALLBACK, SignOn
from identity.provider.party import RelyingParty
from identity.provider.settings import ProviderSettings
from identity.simulator import SimulatedClient, SimulatorSettings, app

CLIENT = "congdanso"


def simulated(public_url: str, callback: str, folder: Path, secret: SecretStr) -> tuple[ProviderSettings, ASGIApp]:
    """What the relying party needs to know of it, and the provider itself.

    ``public_url``: of the gateway, without a slash at its end. ``callback``: path that sign-ins come back to.
    ``folder``: where it keeps what outlives a reload. ``secret``: between the two, the same after one.
    """
    issuer = f"{public_url}/simulator"
    client = SimulatedClient(
        client_id=CLIENT,
        secret=secret,
        redirect_uris=(public_url + callback,),
        logout_uris=(f"{public_url}/",),
        backchannel_uri=f"{public_url}/sign-in/logged-out",
    )
    settings = ProviderSettings.model_validate(
        {
            "name": "simulator",
            "issuer": issuer,
            "client_id": CLIENT,
            "client_secret": secret,
            "algorithms": ("ES256",),
        }
    )
    return settings, app(SimulatorSettings(issuer=issuer, clients=(client,), folder=folder))


def new_sign_on(hosted: HostedPlugins, public_url: str | None, ended: EndedSessions) -> SignOn:
    """The sign-on of a city. ``public_url``: where it listens, when [identity] does not say where it is reached."""
    manifest = hosted.assembly.manifest
    settings = manifest.identity
    url = settings.public_url or public_url or "http://127.0.0.1:8000"
    provider, simulator = settings.provider, None
    if settings.simulator:
        secret = SecretStr(hosted.secrets.hash.of("simulator client", url))
        provider, simulator = simulated(url, CALLBACK, manifest.data_folder, secret)
    party = RelyingParty(provider) if provider is not None else None
    made = SignOn(hosted.database, hosted.tokens, hosted.secrets, settings, manifest.roles, party, url, ended)
    made.simulator = simulator
    return made
