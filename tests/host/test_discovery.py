"""Discovery: a plugin lies in a folder beside plugins.toml, or comes with an installed wheel."""

import sys
from pathlib import Path

import pytest

from gateway.hooks import HOOK_NAMES, Hooks
from gateway.host.assembly import assemble
from gateway.host.manifest import find_manifest, read_manifest
from tests.host.conftest import WriteCity, good

ROOT = find_manifest().parent


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with an installed distribution whose entry point is ``parks``."""
    site = tmp_path / "site"
    info = site / "city_parks-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: city-parks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[congdanso.plugins]\nparks = city_parks.hooks\n")
    (site / "city_parks").mkdir()
    (site / "city_parks" / "__init__.py").write_text("")
    (site / "city_parks" / "hooks.py").write_text(good("parks"))
    monkeypatch.syspath_prepend(str(site))
    yield site
    for module in [name for name in sys.modules if name.startswith("city_parks")]:
        del sys.modules[module]


def test_a_wheel_brings_a_plugin_by_its_entry_point(wheel: Path, write_city: WriteCity) -> None:
    assembly = assemble(read_manifest(write_city({}, more="[plugins.parks]\n")))
    assert assembly.states() == {"parks": {"state": "in", "reason": ""}}
    assert "parks: String" in (assembly.joined.supergraph_sdl or "")


def test_a_module_may_be_named(wheel: Path, write_city: WriteCity) -> None:
    assembly = assemble(read_manifest(write_city({}, more='[plugins.green]\nmodule = "city_parks.hooks"\n')))
    assert assembly.states() == {"green": {"state": "in", "reason": ""}}


def test_every_hook_is_documented_where_plugins_are_written_about() -> None:
    guide = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    specified = [name for name in vars(Hooks) if not name.startswith("_")]
    assert tuple(specified) == HOOK_NAMES
    assert [name for name in HOOK_NAMES if f"| `{name}(" not in guide or not getattr(Hooks, name).__doc__] == []
