"""What a command tells when it cannot do what was asked: one line on standard error, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from gateway.problem import Problem


class CommandError(Problem):
    """The command cannot be done, and why."""


@contextmanager
def told() -> Iterator[None]:
    """Errors that are the user's to mend become a line; any other is a traceback, for it is ours."""
    try:
        yield
    except Problem as error:
        typer.echo(f"congdanso: {error}", err=True)
    except OSError as error:
        at = f"{error.filename}: " if error.filename else ""
        typer.echo(f"congdanso: {at}{error.strerror or error}", err=True)
    else:
        return
    raise typer.Exit(2)
