"""Loading: a plugin's module is found and imported, and its hooks are called, one plugin at a time.

Whatever a plugin does here (a syntax error, a raise, a call to exit) becomes a ``PluginProblem`` with its name.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy
import structlog
from pydantic import BaseModel, ValidationError
from sqlmodel import SQLModel

import plugins
from gateway.events.listeners import Listener
from gateway.hooks import HOOK_NAMES, PROJECT, About, Hooks, SubgraphTypes
from gateway.host.manifest import PluginEntry, describe

log = structlog.get_logger("gateway.host")

T = TypeVar("T")

ENTRY_POINTS = "congdanso.plugins"


class PluginProblem(Exception):  # noqa: N818, a reason, told and not raised further
    """Why a plugin is left out, in one line for ``/health`` and ``check``."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin, imported, with what its hooks said. ``settings``: an instance of its model, None without one."""

    name: str
    module: ModuleType
    folder: Path
    about: About
    settings: BaseModel | None
    tables: type[SQLModel] | None
    subgraph: SubgraphTypes
    questions: type | None
    listeners: Sequence[Listener]


def new_manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    return manager


def add_plugin_folder(folder: Path) -> None:
    """Let ``plugins.<name>`` be imported from ``folder`` too: that is where plugins.toml's own plugins lie."""
    if folder.is_dir() and str(folder) not in plugins.__path__:
        plugins.__path__.append(str(folder))
        importlib.invalidate_caches()


def load_plugin(manager: pluggy.PluginManager, name: str, entry: PluginEntry) -> Plugin:
    """Import the plugin, register it, and ask its hooks.

    Raises:
        PluginProblem: it cannot be found or imported, a hook raised, or its settings are not what it takes.
    """
    module = guarded(f"{name} cannot be imported", lambda: _import(name, entry))
    guarded(f"{name} has a hook of the wrong shape", lambda: manager.register(module, name))
    try:
        about = _call(manager, name, "about")
        if not isinstance(about, About):
            raise PluginProblem(f"{name} has no about() hook: return gateway.plugin.About(title=..., owner=...).")
        return Plugin(
            name=name,
            module=module,
            folder=Path(module.__file__ or ".").parent,
            about=about,
            settings=_settings(manager, name, entry),
            tables=_call(manager, name, "tables"),
            subgraph=_call(manager, name, "subgraph") or SubgraphTypes(),
            questions=_call(manager, name, "questions"),
            listeners=tuple(_call(manager, name, "listeners") or ()),
        )
    except PluginProblem:
        manager.unregister(name=name)
        raise


def guarded(what: str, call: Callable[[], T]) -> T:
    """``call()``, with whatever it raises told as a PluginProblem: what failed, why, and where in the plugin's file."""
    try:
        return call()
    except PluginProblem:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        log.debug("plugin problem", what=what, exc_info=True)
        raise PluginProblem(f"{what}: {type(error).__name__}: {_first_line(error)}{_place(error)}") from error


def _first_line(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    return (str(error).strip().splitlines() or ["(no message)"])[0]


def _place(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({_short(error.filename)}:{error.lineno})"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "/plugins/" in frame.filename:
            return f" ({_short(frame.filename)}:{frame.lineno})"
    return ""


def _short(filename: str) -> str:
    _, found, tail = filename.rpartition("/plugins/")
    return f"plugins/{tail}" if found else Path(filename).name


def _import(name: str, entry: PluginEntry) -> ModuleType:
    if entry.module:
        return importlib.import_module(entry.module)
    folder = f"plugins.{name}"
    try:
        return importlib.import_module(f"{folder}.plugin")
    except ModuleNotFoundError as error:
        if error.name not in (folder, f"{folder}.plugin"):
            raise
    for point in entry_points(group=ENTRY_POINTS, name=name):
        return importlib.import_module(point.value)
    raise PluginProblem(
        f"{name} was not found: no plugins/{name}/plugin.py, no entry point {ENTRY_POINTS}:{name}. "
        f"Write one (congdanso new-plugin {name}), install its wheel, or take it out of plugins.toml."
    )


def _settings(manager: pluggy.PluginManager, name: str, entry: PluginEntry) -> BaseModel | None:
    model = _call(manager, name, "settings")
    if model is None:
        if entry.settings:
            raise PluginProblem(f"{name} takes no settings: empty [plugins.{name}.settings].")
        return None
    try:
        checked: BaseModel = model.model_validate(entry.settings)
    except ValidationError as error:
        raise PluginProblem(f"{name} has bad settings: [plugins.{name}.settings] {describe(error)}") from None
    return checked


def _call(manager: pluggy.PluginManager, name: str, hook: str) -> Any:
    """What one plugin's hook returns; None when it has none."""
    assert hook in HOOK_NAMES
    others = [p for p in manager.get_plugins() if manager.get_name(p) != name]
    caller = manager.subset_hook_caller(hook, remove_plugins=others)
    answers = guarded(f"{name} failed in its hook {hook}()", caller)
    return answers[0] if answers else None
