"""Scaffold: writes a new plugin that works, with a test that passes."""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path
from string import Template

from gateway.problem import Problem

_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")

_PLUGIN = Template('''\
"""$title: say here, in a line, what the group does for a citizen."""

import strawberry

from gateway.plugin import About, SubgraphTypes, global_id, hookimpl


@strawberry.federation.type(keys=["id"], description="One note of $name. Rename it to what your group is about.")
class $type:
    id: strawberry.ID
    text: str = strawberry.field(description="Vietnamese, as the citizen reads it.")

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "$type | None":
        """Other plugins link to a note by its id; one that is missing answers None."""
        return NOTES.get(id)


NOTES = {
    note.id: note
    for note in [$type(id=global_id("$type", "1"), text="Xin chào từ $name")]
}


@strawberry.type
class Query:
    @strawberry.field(description="All notes of $name.")
    def ${field}(self) -> list[$type] | None:
        return list(NOTES.values())


@hookimpl
def about() -> About:
    return About(title="$title", owner="VP-UBND")


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query)
''')

_TEST = Template('''\
"""$title, asked as a client asks."""

from gateway.host.testing import AskedCity


async def test_the_notes_of_${name}_are_answered(city: AskedCity) -> None:
    data = await city.ask("{ $camel { id text } }")
    assert data == {"$camel": [{"id": "$type:1", "text": "Xin chào từ $name"}]}
''')


class ScaffoldError(Problem):
    """The plugin cannot be written, and why."""


def new_plugin(manifest_file: Path, name: str) -> list[Path]:
    """Write ``plugins/<name>/`` beside ``manifest_file`` and list it there. Returns the files written.

    Raises:
        ScaffoldError: the name is not a plugin's name, or taken.
    """
    if not _NAME.match(name) or iskeyword(name):
        raise ScaffoldError(f"{name!r} is no name for a plugin: use lower case, digits and _, at most 40 characters.")
    folder = manifest_file.parent / "plugins" / name
    if folder.exists():
        raise ScaffoldError(f"{folder} is there already: choose another name, or delete it.")
    words = name.split("_")
    kind = "".join(word.title() for word in words) + "Note"
    fields = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "type": kind,
        "field": f"{name}_notes",
        "camel": words[0] + "".join(word.title() for word in [*words[1:], "notes"]),
    }
    files = {
        folder / "__init__.py": f'"""The plugin {name}."""\n',
        folder / "plugin.py": _PLUGIN.substitute(fields),
        folder / "tests" / f"test_{name}.py": _TEST.substitute(fields),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with manifest_file.open("a", encoding="utf-8") as manifest:
        manifest.write(f"\n[plugins.{name}]\n")
    return list(files)
