"""Cities of a few small plugins, written for one test."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import plugins

WriteCity = Callable[..., Path]

GOOD = """
import strawberry
from gateway.plugin import About, SubgraphTypes, hookimpl

@strawberry.type
class Query:
    @strawberry.field
    def {name}(self) -> str | None:
        return "{name} answers"

@hookimpl
def about():
    return About(title="{name}", owner="VP-UBND")

@hookimpl
def subgraph():
    return SubgraphTypes(query=Query)
"""


def good(name: str) -> str:
    """The source of a plugin with one root field of its own name."""
    return GOOD.format(name=name)


@pytest.fixture
def write_city(tmp_path: Path) -> Iterator[WriteCity]:
    """``write_city({"a": source}, more_toml)``: plugins.toml and plugins/<name>/plugin.py; returns plugins.toml."""
    path_before = list(plugins.__path__)
    modules_before = set(sys.modules)

    def write(sources: dict[str, str], more: str = "", entries: dict[str, str] | None = None) -> Path:
        for name, source in sources.items():
            folder = tmp_path / "plugins" / name
            folder.mkdir(parents=True)
            (folder / "__init__.py").write_text("")
            (folder / "plugin.py").write_text(source)
        lines = [f"[plugins.{name}]\n{(entries or {}).get(name, '')}" for name in sources]
        manifest = tmp_path / "plugins.toml"
        manifest.write_text("\n".join([more, *lines]))
        importlib.invalidate_caches()
        return manifest

    yield write
    plugins.__path__[:] = path_before
    for module in set(sys.modules) - modules_before:
        if module.startswith("plugins."):
            del sys.modules[module]
