"""Subcommands about people: ``audit``, ``identity``, ``grant`` and ``revoke``. What they do stands in ``auditing``.

Without a name of its own, so that ``app.add_typer(identity_app)`` puts them beside the others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.errors import told

identity_app = typer.Typer(no_args_is_help=True)
_audit = typer.Typer(help="Who did or read what of whom.", no_args_is_help=True)
_identity = typer.Typer(help="What is kept of people.", no_args_is_help=True)
identity_app.add_typer(_audit, name="audit")
identity_app.add_typer(_identity, name="identity")

Config = Annotated[Path | None, typer.Option("--config", help="plugins.toml; else the one here or in a folder above.")]
Reason = Annotated[str, typer.Option(help="Why; whoever audits reads it.")]


@_audit.command()
def verify(
    config: Config = None,
    noted: Annotated[str | None, typer.Option(help="A head that was printed before: it must still be there.")] = None,
) -> None:
    """Check the audit log's chain and print its head; exit code 1 when it is broken, and where."""
    with told():
        from gateway.commands import auditing

        checked = auditing.verify(config, noted)
        typer.echo(checked.text)
        raise typer.Exit(0 if checked.is_sound else 1)


@_audit.command()
def show(
    config: Config = None,
    subject: Annotated[str | None, typer.Option(help="Whose data it is about: a person's id.")] = None,
    actor: Annotated[str | None, typer.Option(help="Who did it: a person's id.")] = None,
    first: Annotated[int, typer.Option(help="How many lines, the newest first.", min=1, max=100)] = 20,
) -> None:
    """Print lines of the audit log. That they were read is written there, too."""
    with told():
        from gateway.commands import auditing

        typer.echo(auditing.show(config, subject, actor, first))


@_identity.command()
def grants(person: str, config: Config = None) -> None:
    """Print the roles that a person holds, and their numbers."""
    with told():
        from gateway.commands import auditing

        typer.echo(auditing.granted(config, person))


@_identity.command()
def rotate_signing(config: Config = None) -> None:
    """Sign access tokens with a new key from now on; the old one's are good until they end."""
    with told():
        from gateway.commands import auditing

        typer.echo(auditing.rotate_signing(config))


@_identity.command()
def rotate_encryption(
    config: Config = None,
    keep_old: Annotated[
        bool, typer.Option("--keep-old", help="A gateway runs and still seals with the old key.")
    ] = False,
) -> None:
    """Seal all personal data with a new key. What was stopped half-way goes on when it is run again."""
    with told():
        from gateway.commands import auditing

        typer.echo(auditing.rotate_encryption(config, keep_old=keep_old))


@identity_app.command()
def grant(
    person: Annotated[str, typer.Argument(help="A person's id.")],
    role: str,
    reason: Reason,
    config: Config = None,
    agency: Annotated[str | None, typer.Option(help="The key of the agency that they act for, such as SXD.")] = None,
    ward: Annotated[list[str] | None, typer.Option(help="A ward's GSO code; may be given again.")] = None,
    days: Annotated[int, typer.Option(help="How long they hold it.", min=1, max=732)] = 365,
) -> None:
    """Give a person a role. The first ADMIN gets theirs so."""
    with told():
        from gateway.commands import auditing

        typer.echo(auditing.grant(config, person, role, agency=agency, wards=ward or (), reason=reason, days=days))


@identity_app.command()
def revoke(
    grant: Annotated[int, typer.Argument(help="Its number: congdanso identity grants PERSON.")],
    reason: Reason,
    config: Config = None,
) -> None:
    """Take a role back."""
    with told():
        from gateway.commands import auditing

        typer.echo(auditing.revoke(config, grant, reason))
