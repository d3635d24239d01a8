"""Commands that run the server: the city, or the engine alone."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path

import typer

from gateway.commands.errors import CommandError
from gateway.host.city import City, open_city
from gateway.host.manifest import Manifest, find_manifest, read_manifest
from gateway.host.reloading import Reloading
from gateway.host.standalone import Standalone
from gateway.logs import say_words
from gateway.server.served import Served
from gateway.server.serving import serve
from gateway.server.settings import ServerSettings
from identity.people import seeded_people

READY_QUERY = "{ reports(first: 3) { nodes { code title agency { name } ward { fullName } } } }"


def serve_city(config: Path | None, *, host: str, port: int, seed: bool | None) -> None:
    """Open the city and serve it until a signal ends the process."""
    path = find_manifest(config)
    manifest = read_manifest(path)
    in_development = manifest.in_development
    if in_development:
        say_words()
    settings = _settings(manifest, host, port)
    if port == 0:
        port = free_port(host)
        settings = settings.model_copy(update={"port": port})
    at = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    city = open_city(path, seed=in_development if seed is None else seed, public_url=at)
    for name, reason in city.assembly.out.items():
        typer.echo(f"out: {name}: {reason}", err=True)
    served = Reloading(city, lambda: open_city(path, public_url=at), path)
    run_server(served, settings, lambda url: _greet(city, url))


def run_server(served: Served, settings: ServerSettings, on_listening: Callable[[str], None]) -> None:
    """Serve until a signal ends the process. Raises: CommandError: the port is taken."""
    try:
        serve(served, settings, on_listening=on_listening)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"port {settings.port} is in use: choose another with --port, 0 for a free one."
            ) from None
        raise


def _settings(manifest: Manifest, host: str, port: int) -> ServerSettings:
    gateway = manifest.gateway
    in_development = manifest.in_development
    if gateway.subgraph_endpoints and not is_loopback(host):
        raise CommandError(
            f"subgraph_endpoints = true and --host {host}: under /subgraphs everyone who reaches {host} could ask a "
            "plugin past the gateway's checks. Take one of the two out."
        )
    return ServerSettings(
        host=host,
        port=port,
        explorer=in_development if gateway.explorer is None else gateway.explorer,
        get_queries=in_development,
        subgraph_endpoints=gateway.subgraph_endpoints,
        allowed_origins=gateway.allowed_origins,
        secure_cookies=(manifest.identity.public_url or "").startswith("https:"),
        # In production a balancer needs a moment to see that /ready says no.
        drain_wait_s=0 if in_development else 5,
    )


def free_port(host: str) -> int:
    """One that nobody listens at: known before the city is opened, which tells a provider where to send people back."""
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        port: int = taken.getsockname()[1]
        return port


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens at ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _greet(city: City, url: str) -> None:
    """What a newcomer needs to ask the first question."""
    typer.echo(f"Công dân số is at {url}  (open it in a browser for the Explorer)")
    if city.manifest.gateway.mode != "development" or "lan" not in seeded_people():
        return
    typer.echo(
        f"\nA query, ready to run:\n\n"
        f"  curl -s {url} -H 'content-type: application/json' \\\n"
        f'    -d \'{{"query": "{READY_QUERY}"}}\'\n\n'
        f"A token of Lan, a citizen, good for 12 hours (Authorization: Bearer ...):\n\n  {city.sign_in('lan')}\n"
    )


def serve_supergraph(file: Path, *, host: str, port: int) -> None:
    """Serve the engine alone over a supergraph file."""
    settings = ServerSettings(host=host, port=port)
    served = Reloading(Standalone.of_file(file), lambda: Standalone.of_file(file), file)
    run_server(served, settings, lambda url: typer.echo(f"{file.name} is at {url}"))
