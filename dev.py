#!/usr/bin/env python3
"""Sets up and runs: ``python3 dev.py serve`` the city with seed data, ``python3 dev.py test`` all checks.

Needs Python 3.11 or newer and nothing else. Everything goes into .venv beside this file; what is set up already is
not done again. Arguments after ``serve`` go to ``congdanso serve``. With arguments, ``test`` is pytest alone:
``python3 dev.py test plugins/maps``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):
    sys.exit(f"congdanso needs Python 3.11 or newer; this is {sys.version.split()[0]}. Run dev.py with a newer one.")

import tomllib

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
NODE_CLIENTS = ROOT / "tests" / "clients"


def run(*command: str | Path, check: bool = True, **env: str) -> int:
    """Run a command in the project's folder; a failing one ends this script with its exit code."""
    code = subprocess.run([str(c) for c in command], cwd=ROOT, env={**os.environ, **env}).returncode
    if check and code:
        sys.exit(code)
    return code


def replace(*command: str | Path) -> NoReturn:
    """Become the command, so that a signal to this script reaches it."""
    os.chdir(ROOT)
    if os.name == "nt":
        sys.exit(run(*command, check=False))
    os.execv(command[0], [str(part) for part in command])


def set_up(extra: str = "") -> None:
    """Make .venv hold the project, editable, with exactly the versions that pyproject.toml pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stamp = VENV / f".set-up{extra and '-' + extra}"
    state = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == state:
        return
    print("setting up .venv ...", flush=True)
    if not PYTHON.is_file():
        make_venv()
    constraints = VENV / "constraints.txt"
    constraints.write_text("\n".join(project["tool"]["uv"]["constraint-dependencies"]) + "\n")
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    run(*installer(), "-q", "-c", constraints, "-e", target, VIRTUAL_ENV=str(VENV))
    stamp.write_text(state)


def make_venv() -> None:
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, SystemExit):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("Python cannot make a virtual environment: install python3-venv, or Python whole.")


def installer() -> list[str | Path]:
    """uv, five times as fast, where it is there or can be had; else pip."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", "uv"], **quiet).returncode == 0:
        return [BIN / "uv", "pip", "install"]
    return [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]


def set_up_node_clients() -> None:
    """npm's GraphQL clients and gateways, for the tests with them; without them those tests skip and say so."""
    stamp = NODE_CLIENTS / "node_modules" / ".set-up"
    state = hashlib.sha256((NODE_CLIENTS / "package.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == state:
        return
    npm = shutil.which("npm") or BIN / "npm"
    if Path(npm).exists():
        path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
        quick = ("--silent", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")
        if run(npm, "install", *quick, "--prefix", NODE_CLIENTS, check=False, PATH=path) == 0:
            stamp.write_text(state)


def serve(arguments: list[str]) -> None:
    set_up()
    replace(BIN / "congdanso", "serve", *arguments)


def test(arguments: list[str]) -> None:
    """Style, types, imports between rooms, then every test; with arguments, pytest alone and with them."""
    set_up("test")
    if arguments:
        replace(PYTHON, "-m", "pytest", *arguments)
    set_up_node_clients()
    run(BIN / "ruff", "check", "-q", ".")
    run(BIN / "ruff", "format", "-q", "--check", ".")
    run(BIN / "mypy", "--no-error-summary")
    run(BIN / "lint-imports", "--no-logo")
    # The tests of a file stay together: some files share what is costly to start.
    replace(PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile")


if __name__ == "__main__":
    commands = {"serve": serve, "test": test}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](sys.argv[2:])
