"""docs/plugins.md: the plugin that it writes works and keeps the project's rules, and its tables tell what there is."""

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway.plugin
import plugins
from gateway.events.listeners import TRIES
from gateway.events.outbox import events_after
from gateway.hooks import HOOK_NAMES
from gateway.host.assembly import Assembly, assemble
from gateway.host.manifest import find_manifest, read_manifest
from gateway.host.questions import ANSWER_WITHIN_S
from gateway.host.testing import AskedCity
from tests.city import test_graph

ROOT = find_manifest().parent
GUIDE = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```\w+\n((?:#|--) (plugins\S+)\n.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {path: text for text, path in BLOCK.findall(GUIDE)}
"""Path -> text of each block that begins with a path."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The city's plugins.toml and the guide's plugin, as a department that followed the guide has them."""
    for path, text in BLOCKS.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "plugins/clinics/__init__.py").write_text("", encoding="utf-8")
    city = (ROOT / "plugins.toml").read_text(encoding="utf-8")
    (tmp_path / "plugins.toml").write_text(f"{city}\n{BLOCKS['plugins.toml']}", encoding="utf-8")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["gateway.host.testing"]\n', encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
        "addopts = --import-mode=importlib -p no:cacheprovider\n",
        encoding="utf-8",
    )
    return tmp_path


@pytest.fixture
def assembly(folder: Path) -> Iterator[Assembly]:
    """The city with the guide's plugin; what it imports is forgotten afterwards."""
    path_before, modules_before = list(plugins.__path__), set(sys.modules)
    yield assemble(read_manifest(folder / "plugins.toml"))
    plugins.__path__[:] = path_before
    for module in set(sys.modules) - modules_before:
        if module.startswith("plugins.clinics"):
            del sys.modules[module]
    vars(plugins).pop("clinics", None)


def ran(*command: str | Path, cwd: Path) -> str:
    """What the command prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=cwd, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guide_writes_a_whole_plugin() -> None:
    files = ("plugin", "settings", "models", "seed", "service", "graph", "tests/test_clinics")
    code = {f"plugins/clinics/{file}.py" for file in files}
    assert set(BLOCKS) == {"plugins.toml", "plugins/clinics/migrations/0001_clinics.sql", *code}


def test_the_guides_plugin_passes_its_own_tests(folder: Path) -> None:
    told = ran("pytest", "-q", "plugins/clinics", cwd=folder)
    assert f"{BLOCKS['plugins/clinics/tests/test_clinics.py'].count('async def test_')} passed" in told


def test_the_guides_migration_is_what_draft_prints_for_its_tables(folder: Path) -> None:
    drafted = ran("gateway", "migrate", "--draft", "clinics", cwd=folder)
    _path, written = BLOCKS["plugins/clinics/migrations/0001_clinics.sql"].split("\n", 1)
    assert sorted(_statements(written)) == sorted(_statements(drafted))


def _statements(sql: str) -> list[str]:
    return [" ".join(statement.split()) for statement in sql.split(";") if statement.strip()]


def test_the_guides_plugin_keeps_the_rules_that_the_citys_plugins_keep(assembly: Assembly) -> None:
    test_graph.test_every_plugin_of_the_city_is_in_without_advice(assembly)
    test_graph.test_every_type_and_root_field_is_described(assembly)
    test_graph.test_every_list_that_may_grow_is_a_connection_whose_page_is_bounded(assembly)
    assert "clinics" in assembly.sdls


def test_the_guides_code_is_in_the_projects_style(folder: Path) -> None:
    # In a folder of its own ruff would take the project's rooms for packages of others.
    config = f'extend = "{ROOT / "pyproject.toml"}"\nsrc = [".", "{ROOT}"]\n'
    (folder / "ruff.toml").write_text(config, encoding="utf-8")
    ran("ruff", "check", "-q", "--no-cache", "plugins", cwd=folder)
    ran("ruff", "format", "-q", "--no-cache", "--check", "plugins/clinics", cwd=folder)


def test_the_guide_tells_every_hook_and_every_name_of_the_door() -> None:
    assert tuple(re.findall(r"^\| `(\w+)\(.*?\)` \|", GUIDE, re.MULTILINE)) == HOOK_NAMES
    assert [name for name in gateway.plugin.__all__ if not re.search(rf"\b{name}\b", GUIDE)] == []


def test_the_guide_tells_every_question_with_its_arguments_and_its_answer(assembly: Assembly) -> None:
    told = {
        (name, asker): (arguments.strip("` "), answer)
        for name, asker, arguments, answer in re.findall(r"^\| `(\w+)` \| (\w+) \|(.*?)\| `(.*?)`", GUIDE, re.MULTILINE)
    }
    asked = {}
    for plugin in assembly.plugins.values():
        for name, spec in vars(plugin.questions).items() if plugin.questions else ():
            if name.startswith("_"):
                continue
            signature = inspect.signature(spec)
            given = [str(p) for p in signature.parameters.values() if p.name not in ("self", "context")]
            asked[(name, plugin.name)] = (_in_a_table(", ".join(given)), _in_a_table(signature.return_annotation))
    assert told == asked
    assert f"may take {ANSWER_WITHIN_S:g} s" in GUIDE


def _in_a_table(text: str) -> str:
    return text.replace("'", "").replace("|", r"\|")


def test_the_guide_tells_every_event_that_a_plugin_names() -> None:
    names = "|".join(read_manifest(find_manifest()).plugins)
    sources = [file for file in (ROOT / "plugins").rglob("*.py") if "tests" not in file.parts]
    named = {kind for file in sources for kind in re.findall(rf'"((?:{names})\.\w+ed)"', file.read_text("utf-8"))}
    rows = re.findall(rf"^\| (`(?:{names})\.\w+`.*?) \|", GUIDE, re.MULTILINE)
    assert {kind for row in rows for kind in re.findall(r"`([\w.]+)`", row)} == named
    assert f"{TRIES} times in all" in GUIDE


async def test_the_guide_tells_what_a_reports_event_carries(city: AskedCity) -> None:
    submit = 'mutation { submitReport(input: {category: "GIAO_THONG", title: "Ổ gà"}) { userErrors { code } } }'
    assert await city.refused(submit, by="lan") == []
    with city.city.database.reading() as session:
        event = events_after(session, 0, ["feedback.report_submitted"])[-1]
    row = re.findall(r"^\| `feedback\.report_submitted`.*?\|(.*)\|$", GUIDE, re.MULTILINE)[0]
    assert re.findall(r"`(\w+)`", row) == list(event.data)
