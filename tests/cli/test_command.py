"""The command ``congdanso``, run as a person or a script runs it."""

import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.host.manifest import find_manifest

ROOT = find_manifest().parent


def congdanso(*arguments: str | Path, cwd: Path = ROOT, code: int = 0, stdin: str = "") -> str:
    """What it prints; its exit code must be ``code``."""
    command = [sys.executable, "-m", "gateway", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, input=stdin, timeout=60)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 or done.stdout else done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plugins.toml of the city's plugins with a database of the test's own."""
    (tmp_path / "plugins.toml").write_text((ROOT / "plugins.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "schema").symlink_to(ROOT / "schema")
    return tmp_path


def test_check_tells_who_is_in() -> None:
    told = json.loads(congdanso("check", "--json"))
    for name in ("agencies", "maps", "feedback", "engagement", "vneid"):
        assert told["plugins"][name] == {"state": "in", "reason": ""}


def test_check_fails_when_a_plugin_is_out_that_should_not_be(folder: Path) -> None:
    with (folder / "plugins.toml").open("a") as manifest:
        manifest.write("\n[plugins.nowhere]\n")
    told: dict[str, Any] = json.loads(congdanso("check", "--json", cwd=folder, code=1))
    assert told["plugins"]["nowhere"]["state"] == "out"
    assert told["plugins"]["nowhere"]["reason"].startswith("nowhere was not found: no plugins/nowhere/plugin.py")
    assert told["plugins"]["maps"] == {"state": "in", "reason": ""}


def test_sdl_prints_what_is_committed() -> None:
    assert congdanso("sdl").strip() == (ROOT / "schema/city.graphql").read_text(encoding="utf-8").strip()
    assert congdanso("sdl", "vneid").strip() == (ROOT / "schema/subgraphs/vneid.graphql").read_text("utf-8").strip()


A = {"name": "a", "sdl": "type Query { a: Int }"}
FED2 = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) '
CLASH = [
    {"name": "a", "sdl": FED2 + "type Query { a: Int }"},
    {"name": "b", "sdl": FED2 + "type Query { a: Int }"},
]


def test_compose_prints_the_verdict_of_one_list(tmp_path: Path) -> None:
    file = tmp_path / "subgraphs.json"
    file.write_text(json.dumps([A]))
    told = json.loads(congdanso("compose", file, "--json"))
    assert (told["ok"], told["codes"]) == (True, [])
    assert "@join__type(graph: A)" in told["supergraphSdl"]


def test_compose_fails_with_the_codes_of_a_list_that_does_not_compose(tmp_path: Path) -> None:
    file = tmp_path / "subgraphs.json"
    file.write_text(json.dumps(CLASH))
    told = json.loads(congdanso("compose", file, "--json", code=1))
    assert (told["ok"], told["codes"], told["supergraphSdl"]) == (False, ["INVALID_FIELD_SHARING"], None)


def test_compose_prints_a_verdict_for_each_of_several_lists(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([[A], CLASH, {"services": [A]}]))
    told = json.loads(congdanso("compose", file, "--json"))
    assert [(case["ok"], case["codes"]) for case in told] == [
        (True, []),
        (False, ["INVALID_FIELD_SHARING"]),
        (True, []),
    ]


@pytest.mark.parametrize(
    ("text", "told"), [("{", "not JSON"), ("{}", "not a list of {name, sdl}"), ('[{"name": "a"}]', "not an object")]
)
def test_compose_says_what_is_wrong_with_its_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    assert told in congdanso("compose", tmp_path / "bad.json", code=2)


def test_explain_prints_the_plan_as_text_and_as_json() -> None:
    query = '{ agency(key: "SXD") { name reports { nodes { title } } } }'
    text = congdanso("explain", query)
    assert [line.strip() for line in text.splitlines() if "Fetch(" in line] == [
        'Fetch(service: "agencies") {',
        'Fetch(service: "feedback") {',
    ]
    plan = json.loads(congdanso("explain", "-", "--json", stdin=query))
    assert plan["kind"] == "QueryPlan"


def test_explain_prints_the_code_that_makes_the_answer() -> None:
    code = congdanso("explain", '{ agency(key: "SXD") { name } }', "--code")
    assert code.startswith("def project(tree, left, text):\n")
    assert code.count("name_ = value['name']\n") == 1


def test_explain_of_what_is_no_operation_of_the_graph_says_so() -> None:
    assert "Cannot query field 'weather' on type 'Query'." in congdanso("explain", "{ weather }", code=2)


def test_a_token_is_for_a_seeded_person_and_in_development_only(folder: Path) -> None:
    assert congdanso("token", "lan", cwd=folder).count(".") == 2
    assert "Nobody called 'nobody' is seeded: there are admin, alerter" in congdanso(
        "token", "nobody", cwd=folder, code=2
    )
    manifest = folder / "plugins.toml"
    text = manifest.read_text().replace('"development"', '"production"').replace("subgraph_endpoints = true", "")
    manifest.write_text(text)
    assert "[identity] simulator = true signs in whoever likes: not in production" in congdanso(
        "token", "lan", cwd=folder, code=2
    )
    manifest.write_text(text.replace("simulator = true", ""))
    assert "mode is production in plugins.toml" in congdanso("token", "lan", cwd=folder, code=2)


def test_production_refuses_what_is_for_development(folder: Path) -> None:
    manifest = folder / "plugins.toml"
    manifest.write_text(manifest.read_text().replace('"development"', '"production"'))
    assert "subgraph_endpoints lets a subgraph be asked past the gateway's checks" in congdanso(
        "check", cwd=folder, code=2
    )


def test_migrate_runs_once_and_seed_may_run_twice(folder: Path) -> None:
    first = congdanso("migrate", cwd=folder).splitlines()
    assert "gateway: 0001_outbox.sqlite.sql" in first
    assert {line.partition(":")[0] for line in first} == {
        *("gateway", "identity", "agencies", "maps", "feedback", "engagement", "accounts"),
    }
    assert congdanso("migrate", cwd=folder).strip() == "nothing to migrate"
    for _ in range(2):
        assert congdanso("seed", cwd=folder).strip() == "seeded"


def test_import_says_which_kinds_there_are(folder: Path) -> None:
    (folder / "x.geojson").write_text("{}")
    assert "no plugin imports 'trees': there are wards" in congdanso("import", "trees", "x.geojson", cwd=folder, code=2)
    assert "no.geojson is not a file." in congdanso("import", "wards", "no.geojson", cwd=folder, code=2)


def test_a_new_plugin_works_and_its_test_passes(folder: Path) -> None:
    told = congdanso("new-plugin", "park_benches", cwd=folder)
    assert "wrote plugins/park_benches/plugin.py" in told
    assert json.loads(congdanso("check", "--json", cwd=folder))["plugins"]["park_benches"]["state"] == "in"
    (folder / "conftest.py").write_text('pytest_plugins = ["gateway.host.testing"]\n')
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
        "addopts = --import-mode=importlib\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "plugins/park_benches"], cwd=folder, capture_output=True, text=True
    )
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout
    assert "is there already" in congdanso("new-plugin", "park_benches", cwd=folder, code=2)


@pytest.mark.parametrize("name", ["Park", "9lives", "a-b", "../up", ""])
def test_a_name_that_is_none_is_refused(folder: Path, name: str) -> None:
    assert "is no name for a plugin" in congdanso("new-plugin", name, cwd=folder, code=2)


def test_without_a_plugins_toml_it_says_where_it_looked(tmp_path: Path) -> None:
    assert "No plugins.toml in" in congdanso("check", cwd=tmp_path, code=2)


FAILING = """
from gateway.plugin import About, Event, Listener, hookimpl
from pathlib import Path

def take(session, event):
    if not (Path(__file__).parent / "mended").exists():
        raise RuntimeError("not yet")

@hookimpl
def about():
    return About(title="Failing", owner="VP-UBND")

@hookimpl
def listeners():
    return [Listener("take", ("test.said",), take)]
"""


def test_a_dead_letter_is_shown_and_given_again(tmp_path: Path) -> None:
    plugin = tmp_path / "plugins" / "failing" / "plugin.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(FAILING)
    (tmp_path / "plugins.toml").write_text("[plugins.failing]\n")
    assert congdanso("dead-letters", cwd=tmp_path).strip() == "no dead letters"
    with sqlite3.connect(tmp_path / "var" / "congdanso.db") as database:
        database.execute("INSERT INTO gateway_outbox (id, kind, data, at) VALUES (7, 'test.said', '{}', '2026-11-23')")
        row = ("failing.take", 7, "RuntimeError", "2026-11-23 08:00:00")
        database.execute("INSERT INTO gateway_dead_letter (listener, event, error, at) VALUES (?, ?, ?, ?)", row)
    database.close()
    line = "2026-11-23 08:00 failing.take could not take in event 7: RuntimeError"
    assert congdanso("dead-letters", cwd=tmp_path).strip() == line
    assert f"{line}; again: RuntimeError: not yet" in congdanso("dead-letters", "--retry", cwd=tmp_path, code=2)
    (plugin.parent / "mended").touch()
    assert congdanso("dead-letters", "--retry", cwd=tmp_path).strip() == "1 taken in"
    assert congdanso("dead-letters", cwd=tmp_path).strip() == "no dead letters"


def test_a_port_in_use_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = congdanso("serve", "--port", str(port), cwd=folder, code=2)
    assert f"port {port} is in use: choose another with --port" in told


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "congdanso.example"])
def test_plugins_asked_alone_are_served_to_this_machine_only(folder: Path, host: str) -> None:
    told = congdanso("serve", "--port", "0", "--host", host, cwd=folder, code=2)
    assert f"subgraph_endpoints = true and --host {host}: " in told


def test_a_file_that_is_not_there_is_named() -> None:
    assert congdanso("compose", "nofile.json", code=2).strip() == "congdanso: nofile.json: No such file or directory"
