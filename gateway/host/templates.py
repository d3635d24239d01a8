"""Template cities of the test kit: assembled, migrated and seeded once, then copied for each test."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from gateway.host.assembly import Assembly, assemble, assemble_one
from gateway.host.city import City, open_city, open_database
from gateway.host.manifest import Manifest, read_manifest
from gateway.host.service import PluginService, open_service
from gateway.host.stocking import migrate_all, seed_all
from identity.secrets import FILE as SECRETS_FILE


@dataclass(frozen=True, slots=True)
class Template:
    """A city that nobody runs. ``database``: a file to copy."""

    assembly: Assembly
    database: Path


def open_copy(folder: Path, config: Path, *, seed: bool, **overrides: Any) -> City:
    """A city over ``config`` with its state in ``folder``, copied from a template where that makes no difference."""
    state = _state(folder, overrides)
    if not _is_usual(folder, config, seed):
        return open_city(config, seed=seed, **state)
    template = _template(config.read_text(encoding="utf-8"), _schema_folder(config))
    _copy(template, folder)
    manifest = _manifest(config, state)
    return City(_fresh(template.assembly, manifest), open_database(manifest))


def open_moved_copy(folder: Path, config: Path, moved: Path, *, seed: bool, **overrides: Any) -> City:
    """The same over ``moved``, which is ``config`` with a plugin behind a URL, and whose service has been opened."""
    state = _state(folder, overrides)
    if not (folder / "copied").exists():
        return open_city(moved, seed=seed, **state)
    manifest = _manifest(moved, state)
    assembly = _moved_assembly(moved.read_text(encoding="utf-8"), _schema_folder(config))
    return City(_fresh(assembly, manifest), open_database(manifest))


def open_service_copy(
    folder: Path, config: Path, name: str, gateway: str, *, seed: bool, **overrides: Any
) -> PluginService:
    """The plugin ``name`` of such a city, as a service of its own over the same state."""
    state = _state(folder, overrides)
    if not _is_usual(folder, config, seed):
        return open_service(name, config, gateway=gateway, seed=seed, **state)
    text = config.read_text(encoding="utf-8")
    _copy(_template(text, _schema_folder(config)), folder)
    (folder / "copied").touch()
    manifest = _manifest(config, state)
    assembly = _fresh(_alone(text, name), manifest)
    return PluginService(name, assembly, open_database(manifest), gateway=gateway)


def _copy(template: Template, folder: Path) -> None:
    """The database, and the secrets that its people are sealed with where development has made them."""
    shutil.copyfile(template.database, folder / "city.db")
    made = template.database.with_name(SECRETS_FILE)
    if made.exists():
        shutil.copy(made, folder / SECRETS_FILE)


def _state(folder: Path, overrides: dict[str, Any]) -> dict[str, Any]:
    return {"database": f"sqlite:///{folder / 'city.db'}", "data_folder": folder, **overrides}


def _is_usual(folder: Path, config: Path, seed: bool) -> bool:
    """Not where the plugins lie beside ``config``, a database is there already, or seed data would be in the way."""
    here = config.resolve().parent
    own_plugins = (here / "plugins").is_dir() and not (here / "pyproject.toml").is_file()
    return seed and not own_plugins and not (folder / "city.db").exists()


def _schema_folder(config: Path) -> Path | None:
    """Where last known SDLs lie beside ``config``; None without any."""
    here = config.resolve().parent
    return here if (here / "schema").exists() else None


def _manifest(config: Path, state: dict[str, Any]) -> Manifest:
    return replace(read_manifest(config, **state), folder=config.resolve().parent)


def _fresh(assembly: Assembly, manifest: Manifest) -> Assembly:
    return replace(
        assembly,
        manifest=manifest,
        plugins=dict(assembly.plugins),
        schemas=dict(assembly.schemas),
        sdls=dict(assembly.sdls),
        out=dict(assembly.out),
    )


@cache
def _template(text: str, folder: Path | None) -> Template:
    """``text``: of plugins.toml. ``folder``: where last known SDLs lie beside it; None without any."""
    manifest = _written(text, folder)
    assembly = assemble(manifest)
    database = open_database(assembly.manifest)
    migrate_all(assembly, database)
    seed_all(assembly, database)
    database.close()
    return Template(assembly, manifest.folder / "city.db")


@cache
def _moved_assembly(text: str, folder: Path | None) -> Assembly:
    return assemble(_written(text, folder))


@cache
def _alone(text: str, name: str) -> Assembly:
    return assemble_one(_written(text, None), name)


def _written(text: str, folder: Path | None) -> Manifest:
    made = Path(tempfile.mkdtemp(prefix="congdanso-template-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    config = made / "plugins.toml"
    config.write_text(text, encoding="utf-8")
    if folder is not None:
        (made / "schema").symlink_to(folder / "schema")
    return read_manifest(config, database=f"sqlite:///{made / 'city.db'}", data_folder=made)
