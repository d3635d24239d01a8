"""The seven hooks: what the host asks a plugin at assembly, and the values that a plugin answers with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy
from pydantic import BaseModel
from sqlmodel import SQLModel

from gateway.events.listeners import Listener

if TYPE_CHECKING:
    from gateway.context import Services

PROJECT = "congdanso"
API_VERSION = 1

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
question = hookspec
"""Marks a method of a class of questions: ``async`` or not, its first argument is the answering plugin's context."""


@dataclass(frozen=True, slots=True)
class About:
    """``title``: Vietnamese, as the app shows the group. ``owner``: key of the department that ships it.
    ``api``: the version of ``gateway.plugin`` that it was written for. ``needs``: plugins without which it is left out.
    """

    title: str
    owner: str
    api: int = API_VERSION
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubgraphTypes:
    """A plugin's part of the graph: Strawberry federation types. ``types``: those that no field reaches."""

    query: type | None = None
    mutation: type | None = None
    subscription: type | None = None
    types: Sequence[type] = ()


class Hooks:
    """The hookspecs. Each is called once, at assembly, on one plugin at a time; one that raises puts its plugin out."""

    @hookspec
    def about(self) -> About:
        """Who this is. The one hook that every plugin has."""
        raise NotImplementedError

    @hookspec
    def settings(self) -> type[BaseModel]:
        """The model that ``[plugins.<name>.settings]`` is checked against."""
        raise NotImplementedError

    @hookspec
    def tables(self) -> type[SQLModel]:
        """The base class of the plugin's tables, with a registry of its own."""
        raise NotImplementedError

    @hookspec
    def subgraph(self) -> SubgraphTypes:
        """The plugin's part of the graph."""
        raise NotImplementedError

    @hookspec
    def questions(self) -> type:
        """A class of hookspecs marked ``@question`` that other plugins may answer, by a ``@hookimpl`` of that name."""
        raise NotImplementedError

    @hookspec
    def listeners(self) -> Sequence[Listener]:
        """What to do on which event."""
        raise NotImplementedError

    @hookspec
    def lifespan(self, services: Services) -> AbstractAsyncContextManager[Any]:
        """What to enter when the gateway starts and leave when it stops."""
        raise NotImplementedError


HOOK_NAMES = ("about", "settings", "tables", "subgraph", "questions", "listeners", "lifespan")
