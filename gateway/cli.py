"""The command ``congdanso``: each subcommand is a few lines here; what it does stands in its own room.

Rooms are imported where they are needed, so that a small command starts quickly.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.commands.errors import told
from gateway.commands.identity_cli import identity_app
from gateway.commands.schema_cli import schema_app
from gateway.logs import set_up_logging

app = typer.Typer(
    name="congdanso",
    help="The gateway of Công dân số: plugins composed into one graph, and served.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path | None, typer.Option("--config", help="plugins.toml; else the one here or in a folder above.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Port = Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)]
Include = Annotated[list[str] | None, typer.Option(help="Only what has this @tag; may be given again.")]
Exclude = Annotated[list[str] | None, typer.Option(help="Without what has this @tag; may be given again.")]
HideUnreachable = Annotated[bool, typer.Option("--hide-unreachable", help="Also hide types nothing leads to.")]

subgraph_app = typer.Typer(help="A plugin as a service of its own.", no_args_is_help=True)
app.add_typer(subgraph_app, name="subgraph")
app.add_typer(schema_app, name="schema")
app.add_typer(identity_app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(version("congdanso"))
        raise typer.Exit()


@app.callback()
def main(
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Set logging up: to standard error, so that what a command prints can be piped."""
    set_up_logging(log_level, as_json=not sys.stderr.isatty())


@app.command()
def serve(
    config: Config = None,
    port: Port = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    supergraph: Annotated[Path | None, typer.Option(help="Serve this supergraph alone: no plugins, no data.")] = None,
    seed: Annotated[bool | None, typer.Option(help="Seed first; the default in development.")] = None,
) -> None:
    """Run the gateway."""
    with told():
        from gateway.commands import running

        if supergraph is not None:
            running.serve_supergraph(supergraph, host=host, port=port)
        else:
            running.serve_city(config, host=host, port=port, seed=seed)


@app.command()
def check(config: Config = None, as_json: AsJson = False) -> None:
    """Say which plugins are in and which are out and why; exit code 1 when one is out that should not be."""
    with told():
        from gateway.commands import composing

        report = composing.check(config)
        typer.echo(json.dumps(report.as_map(), ensure_ascii=False, indent=2) if as_json else report.as_text())
        raise typer.Exit(1 if report.faults else 0)


@app.command()
def sdl(
    config: Config = None,
    plugin: Annotated[str | None, typer.Argument()] = None,
    include: Include = None,
    exclude: Exclude = None,
    hide_unreachable: HideUnreachable = False,
) -> None:
    """Print the public schema, or the one of a contract; with a plugin's name, the SDL of its subgraph."""
    with told():
        from gateway.commands import composing, contracts

        if contract := contracts.asked(include, exclude, hide_unreachable, alone=plugin is None):
            typer.echo(contracts.public_sdl(config, contract))
        else:
            typer.echo(composing.public_sdl(config) if plugin is None else composing.subgraph_sdl(config, plugin))


@app.command()
def supergraph(
    config: Config = None,
    write: Annotated[bool, typer.Option(help="Write schema/*.graphql beside plugins.toml.")] = False,
    include: Include = None,
    exclude: Exclude = None,
    hide_unreachable: HideUnreachable = False,
    base_url: Annotated[str, typer.Option(help="Where the plugins of this city are served.")] = "http://127.0.0.1:8000",
    security: Annotated[bool, typer.Option("--security", help="Routers that do not enforce scopes refuse it.")] = False,
) -> None:
    """Print the supergraph, or the one of a contract, as any router of the join specification loads it."""
    with told():
        from gateway.commands import composing, contracts, publishing

        contract = contracts.asked(include, exclude, hide_unreachable, alone=not write)
        if write:
            for path in composing.write_snapshots(config):
                typer.echo(f"wrote {path}")
        else:
            typer.echo(publishing.supergraph_sdl(config, contract, base_url, keep_security=security))


@app.command()
def compose(file: Path, as_json: AsJson = False) -> None:
    """Compose the subgraphs of FILE: [{name, sdl}], or a list of such lists."""
    with told():
        from gateway.commands import verdicts

        results, single = verdicts.compose_file(file)
        shown: Any = results[0].as_map() if single else [result.as_map() for result in results]
        typer.echo(json.dumps(shown, ensure_ascii=False) if as_json else "\n".join(r.as_text() for r in results))
        raise typer.Exit(1 if single and not results[0].ok else 0)


@app.command()
def explain(
    query: Annotated[str, typer.Argument(help="The operation, or a file's name, or - for standard input.")],
    config: Config = None,
    supergraph: Annotated[Path | None, typer.Option(help="Plan over this supergraph, not the city's.")] = None,
    as_json: AsJson = False,
    as_code: Annotated[bool, typer.Option("--code", help="The generated projection instead of the plan.")] = False,
) -> None:
    """Print the plan of an operation."""
    with told():
        from gateway.commands import composing

        typer.echo(composing.explain(query, config, supergraph, as_json=as_json, as_code=as_code))


@app.command()
def token(
    person: Annotated[str, typer.Argument(help="A seeded person, such as lan or officer.")],
    config: Config = None,
    hours: Annotated[float, typer.Option(help="How long it is good for.", min=0.001, max=24 * 30)] = 12,
) -> None:
    """Print a signed token for a seeded person (development only)."""
    with told():
        from gateway.commands import stocking

        typer.echo(stocking.token(person, config, hours))


@app.command()
def migrate(
    config: Config = None,
    draft: Annotated[str | None, typer.Option(help="Print CREATE statements for this plugin's tables.")] = None,
) -> None:
    """Run the migrations that have not been run."""
    with told():
        from gateway.commands import stocking

        typer.echo(stocking.draft(config, draft) if draft else stocking.migrate(config))


@app.command()
def seed(config: Config = None) -> None:
    """Put the plugins' seed data in; what is there already stays."""
    with told():
        from gateway.host.city import open_city

        open_city(config, seed=True)
        typer.echo("seeded")


@app.command()
def dead_letters(
    config: Config = None, retry: Annotated[bool, typer.Option(help="Give them to their listeners again.")] = False
) -> None:
    """Show the events that a listener could not take in."""
    with told():
        from gateway.commands import letters

        typer.echo(letters.show_or_retry(config, retry=retry))


@app.command(name="import")
def import_(kind: str, file: Path, config: Config = None) -> None:
    """Import FILE as KIND (such as wards), whole or not at all."""
    with told():
        from gateway.commands import stocking

        typer.echo(stocking.import_file(kind, file, config))


@app.command()
def new_plugin(name: str, config: Config = None) -> None:
    """Write a working plugin with a passing test, and list it in plugins.toml."""
    with told():
        from gateway.host.manifest import find_manifest
        from gateway.host.scaffold import new_plugin as write_plugin

        manifest = find_manifest(config)
        for path in write_plugin(manifest, name):
            typer.echo(f"wrote {path.relative_to(manifest.parent)}")
        typer.echo(f"listed {name} in {manifest.name}. Test it: python3 dev.py test plugins/{name}")
        typer.echo("Once its graph is as you want it: congdanso supergraph --write, and commit schema/.")


@subgraph_app.command(name="serve")
def subgraph_serve(
    plugin: str,
    config: Config = None,
    port: Port = 8001,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    gateway: Annotated[str, typer.Option(help="The gateway's URL: its keys are trusted.")] = "http://127.0.0.1:8000",
    without_token: Annotated[bool, typer.Option(help="Answer who brings no token, as nobody (development).")] = False,
    seed: Annotated[bool | None, typer.Option(help="Seed first; the default in development.")] = None,
) -> None:
    """Run one plugin of plugins.toml as a service of its own, asked by the gateway alone."""
    with told():
        from gateway.commands import subgraphs

        place = subgraphs.Place(host, port, gateway)
        subgraphs.serve_plugin(plugin, config, place, without_token=without_token, seed=seed)
