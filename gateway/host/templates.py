"""Template cities of the test kit: assembled, migrated and seeded once, then copied for each test."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from gateway.host.assembly import Assembly, assemble
from gateway.host.city import City, open_city, open_database
from gateway.host.manifest import read_manifest
from gateway.host.stocking import migrate_all, seed_all


@dataclass(frozen=True, slots=True)
class Template:
    """A city that nobody runs. ``database``: a file to copy."""

    assembly: Assembly
    database: Path


def open_copy(folder: Path, config: Path, *, seed: bool, **overrides: Any) -> City:
    """A city over ``config`` with its state in ``folder``, copied from a template where that makes no difference.

    It does where the plugins lie beside ``config``, where a database is there already, and where seed data would be
    in the way.
    """
    state = {"database": f"sqlite:///{folder / 'city.db'}", "data_folder": folder, **overrides}
    here = config.resolve().parent
    own_plugins = (here / "plugins").is_dir() and not (here / "pyproject.toml").is_file()
    if own_plugins or not seed or (folder / "city.db").exists():
        return open_city(config, seed=seed, **state)
    template = _template(config.read_text(encoding="utf-8"), here if (here / "schema").exists() else None)
    shutil.copyfile(template.database, folder / "city.db")
    manifest = replace(read_manifest(config, **state), folder=here)
    fresh = replace(
        template.assembly,
        manifest=manifest,
        plugins=dict(template.assembly.plugins),
        schemas=dict(template.assembly.schemas),
        sdls=dict(template.assembly.sdls),
        out=dict(template.assembly.out),
    )
    return City(fresh, open_database(manifest))


@cache
def _template(text: str, folder: Path | None) -> Template:
    """``text``: of plugins.toml. ``folder``: where last known SDLs lie beside it; None without any."""
    made = Path(tempfile.mkdtemp(prefix="congdanso-template-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    config = made / "plugins.toml"
    config.write_text(text, encoding="utf-8")
    if folder is not None:
        (made / "schema").symlink_to(folder / "schema")
    state = {"database": f"sqlite:///{made / 'city.db'}", "data_folder": made}
    assembly = assemble(read_manifest(config, **state))
    database = open_database(assembly.manifest)
    migrate_all(assembly, database)
    seed_all(assembly, database)
    database.close()
    return Template(assembly, made / "city.db")
