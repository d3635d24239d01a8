"""Subcommands about schemas. What they do stands in ``changes``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.errors import told

schema_app = typer.Typer(help="What changes between two schemas.", no_args_is_help=True)


@schema_app.command(name="diff")
def schema_diff(
    old: Annotated[Path, typer.Argument(help="A public schema or a supergraph.")],
    new: Annotated[Path | None, typer.Argument(help="The same of today; else the city's graph.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="plugins.toml; else the one here or in a folder above.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print what changed, worst first: breaking, dangerous, safe; exit code 1 when something breaks clients."""
    with told():
        from gateway.commands import changes

        report = changes.compare(old, new, config)
        typer.echo(json.dumps(report.as_map(), ensure_ascii=False, indent=2) if as_json else report.as_text())
        raise typer.Exit(1 if report.breaking else 0)
