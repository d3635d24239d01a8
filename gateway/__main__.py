"""``python -m gateway``: the command, where its script is not on the path."""

from gateway.cli import app

app(prog_name="congdanso")
