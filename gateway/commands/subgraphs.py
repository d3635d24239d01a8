"""The command that runs one plugin as a service of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from gateway.commands.errors import CommandError
from gateway.commands.running import is_loopback, run_server
from gateway.host.manifest import find_manifest, read_manifest
from gateway.host.service import open_service
from gateway.logs import say_words
from gateway.server.settings import ServerSettings


@dataclass(frozen=True, slots=True)
class Place:
    """Where the service listens, and the URL of the gateway that asks it."""

    host: str
    port: int
    gateway: str


def serve_plugin(name: str, config: Path | None, place: Place, *, without_token: bool, seed: bool | None) -> None:
    """Open the plugin and serve it until a signal ends the process."""
    path = find_manifest(config)
    in_development = read_manifest(path).in_development
    if in_development:
        say_words()
    if not place.gateway.startswith(("http://", "https://")):
        raise CommandError(f"--gateway {place.gateway}: begin it with http:// or https://.")
    if without_token and not in_development:
        raise CommandError("--without-token lets everyone ask past the gateway's checks: in development only.")
    if without_token and not is_loopback(place.host):
        raise CommandError(
            f"--without-token and --host {place.host}: everyone who reaches {place.host} could ask the plugin past the "
            "gateway's checks. Take one of the two out."
        )
    seed = in_development if seed is None else seed
    service = open_service(name, path, gateway=place.gateway, is_open=without_token, seed=seed)
    settings = ServerSettings(
        host=place.host, port=place.port, explorer=False, get_queries=False, drain_wait_s=0 if in_development else 5
    )
    run_server(service, settings, lambda url: _greet(name, url))


def _greet(name: str, url: str) -> None:
    typer.echo(f'{name} is at {url}\nIn the gateway\'s plugins.toml:\n\n  [plugins.{name}]\n  url = "{url}"\n')
