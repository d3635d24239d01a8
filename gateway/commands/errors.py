"""What a command tells when it cannot do what was asked: one line on standard error, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from gateway.data.migrations import MigrationError
from gateway.host.assembly import RequiredPluginOut
from gateway.host.city import NoGraph
from gateway.host.manifest import ManifestError
from gateway.host.scaffold import ScaffoldError
from gateway.planner.supergraph import SupergraphError
from identity.people import UnknownPerson
from schema.errors import Refused


class CommandError(Exception):
    """The command cannot be done, and why."""


_EXPECTED = (
    CommandError,
    ManifestError,
    MigrationError,
    NoGraph,
    Refused,
    RequiredPluginOut,
    ScaffoldError,
    SupergraphError,
    UnknownPerson,
    OSError,
)


@contextmanager
def told() -> Iterator[None]:
    """Errors that are the user's to mend become a line; any other is a traceback, for it is ours."""
    try:
        yield
    except _EXPECTED as error:
        typer.echo(f"congdanso: {error}", err=True)
        raise typer.Exit(2) from None
