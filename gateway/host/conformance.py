"""Conformance: what every plugin keeps to, checked at assembly; and advice, which ``check`` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from keyword import iskeyword

import pluggy
from graphql import GraphQLSchema, is_non_null_type

from gateway.hooks import API_VERSION, HOOK_NAMES
from gateway.host.loading import Plugin, PluginProblem

_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_EVENT_KIND = re.compile(r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")


def check_plugin(plugin: Plugin) -> None:
    """Raises: PluginProblem: the first rule that the plugin breaks, and what to do."""
    for problem in _problems(plugin):
        raise PluginProblem(problem)


def check_hooks(manager: pluggy.PluginManager, plugin: Plugin) -> Iterator[str]:
    """Advice on what the plugin implements and nobody calls: a question of a plugin that is not there.

    Raises:
        PluginProblem: one of them is nearly a hook's name.
    """
    for called, caller in vars(manager.hook).items():
        if caller.has_spec() or plugin.name not in {impl.plugin_name for impl in caller.get_hookimpls()}:
            continue
        if meant := get_close_matches(called, HOOK_NAMES, n=1):
            raise PluginProblem(
                f"{plugin.name} has a hook {called}(), which does not exist: did you mean {meant[0]}()?"
            )
        yield f"{plugin.name} answers {called}(), which no plugin that is in asks."


def _problems(plugin: Plugin) -> Iterator[str]:
    name = plugin.name
    if not _NAME.match(name) or iskeyword(name):
        yield f"{name!r} is no name for a plugin: use lower case, digits and _, at most 40 characters."
    if plugin.about.api != API_VERSION:
        yield f"{name} was written for version {plugin.about.api} of gateway.plugin; this is version {API_VERSION}."
    for table in plugin.tables.metadata.tables if plugin.tables is not None else ():
        if not table.startswith(f"{name}_"):
            yield f"{name} has a table {table}: begin its name with {name}_, so that no two plugins' tables meet."
    seen: set[str] = set()
    for listener in plugin.listeners:
        if listener.name in seen:
            yield f"{name} has two listeners called {listener.name}: rename one."
        seen.add(listener.name)
        for kind in listener.kinds:
            if not _EVENT_KIND.match(kind):
                yield f"{name} listens to {kind!r}: an event is named like feedback.report_submitted."


def advice_on(name: str, schema: GraphQLSchema) -> list[str]:
    """What keeps one plugin's failure from taking more of the answer than its own."""
    query = schema.query_type
    fields = query.fields.items() if query else ()
    return [
        f"Query.{label} of {name} is not nullable: when {name} fails, the whole answer is null. Make it nullable."
        for label, field in fields
        if is_non_null_type(field.type) and not label.startswith("_")
    ]
