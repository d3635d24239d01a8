"""``congdanso subgraph serve``: a plugin in a process of its own, and a gateway in another."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.hooks import HOOK_NAMES
from gateway.host.manifest import find_manifest, read_manifest
from identity.keys import load_key
from identity.people import person_named
from identity.subgraph_tokens import SubgraphTokens

ROOT = find_manifest().parent
COMMAND = [sys.executable, "-m", "gateway"]


def post(url: str, body: Any, token: str | None = None) -> tuple[int, Any]:
    """Status and JSON of the answer."""
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def server(folder: Path, *arguments: str) -> Iterator[str]:
    """A command that serves; its URL, once it listens."""
    with (folder / "log").open("ab") as log:
        running = subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        url = re.search(r"http://\S+", line)
        assert url is not None, (folder / "log").read_text()
        wait_until_it_answers(url[0].replace("/graphql", "/ready"))
        yield url[0]
    finally:
        running.terminate()
        running.wait(20)
        assert running.stdout is not None
        running.stdout.close()


def wait_until_it_answers(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")


class Moved:
    """A gateway, and the plugin feedback beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.at = f"http://127.0.0.1:{self.port}"
        self.service = free_port()
        text = (ROOT / "plugins.toml").read_text(encoding="utf-8")
        line = f'[plugins.feedback]\nurl = "http://127.0.0.1:{self.service}/graphql"\ncircuit_wait_s = 0.2\n'
        (folder / "plugins.toml").write_text(text.replace("[plugins.feedback]\n", line), encoding="utf-8")
        (folder / "schema").symlink_to(ROOT / "schema")

    def feedback(self) -> Any:
        return server(self.folder, "subgraph", "serve", "feedback", "--port", str(self.service), "--gateway", self.at)

    def gateway(self) -> Any:
        return server(self.folder, "serve", "--port", str(self.port))

    def ask(self, query: str, by: str | None = None, **variables: Any) -> dict[str, Any]:
        manifest = read_manifest(self.folder / "plugins.toml")
        token = by and manifest.tokens().sign(person_named(by).to_actor(manifest.roles))
        status, answer = post(f"{self.at}/graphql", {"query": query, "variables": variables}, token)
        assert status == 200, answer
        told: dict[str, Any] = answer
        return told


SUBMIT = """mutation ($input: SubmitReportInput!) {
  submitReport(input: $input) { node { id state ward { name } } userErrors { code } }
}"""
INPUT = {
    "category": "GIAO_THONG",
    "title": "Ổ gà lớn trên đường Lê Lợi",
    "location": {"point": {"lat": 10.7711, "lng": 106.6958}},
}
LAYER = """{
  features(bbox: {south: 10.77, west: 106.69, north: 10.78, east: 106.70}, layers: ["feedback.reports"], first: 50) {
    nodes { id }
  }
}"""
REPORT = 'query ($id: ID!) { report(id: $id) { state agency { name } } ward(code: "26743") { name } }'


@pytest.mark.slow
def test_a_plugin_in_a_process_of_its_own_is_part_of_the_graph_and_may_go_and_come_back(tmp_path: Path) -> None:
    moved = Moved(tmp_path)
    with ExitStack() as gateway:
        with moved.feedback() as service:
            gateway.enter_context(moved.gateway())
            # Its rules ask the plugin maps, in the gateway's process, for the point's ward.
            submitted = moved.ask(SUBMIT, by="lan", input=INPUT)["data"]["submitReport"]
            assert submitted["userErrors"] == []
            assert submitted["node"]["ward"] == {"name": "Bến Thành"}
            id = submitted["node"]["id"]
            # The plugin engagement, in the gateway's process, hears the event.
            assert told_of(moved, id)
            # The plugin maps asks it for its layer.
            assert id in json.dumps(moved.ask(LAYER)["data"])
            refused_to_others(moved, service)
            refused_at_the_gateway(moved)
            before = moved.ask(REPORT, by="lan", id=id)
            assert before["data"]["report"]["state"] == "SUBMITTED"
        while_gone = moved.ask(REPORT, by="lan", id=id)
        assert while_gone["data"] == {"report": None, "ward": {"name": "Bến Thành"}}
        assert while_gone["errors"][0]["path"] == ["report"]
        assert while_gone["errors"][0]["extensions"] == {"code": "SUBREQUEST_HTTP_ERROR", "service": "feedback"}
        with moved.feedback():
            time.sleep(0.3)  # the circuit's wait
            assert moved.ask(REPORT, by="lan", id=id) == before


def told_of(moved: Moved, report: str) -> bool:
    for _ in range(100):
        nodes = moved.ask("{ inbox(first: 5) { nodes { report { id } } } }", by="lan")["data"]["inbox"]["nodes"]
        if {"report": {"id": report}} in nodes:
            return True
        time.sleep(0.1)
    return False


def refused_to_others(moved: Moved, service: str) -> None:
    """What the gateway did not sign for this service is refused; its SDL is told to everyone."""
    everyone = {"query": "{ reports(first: 1) { nodes { id } } }"}
    status, answer = post(service, everyone)
    assert (status, codes(answer), "data" in answer) == (200, ["UNAUTHENTICATED"], False)
    status, answer = post(service, {"query": "{ _service { sdl } }"})
    assert status == 200
    assert answer["data"]["_service"]["sdl"].startswith("schema")
    manifest = read_manifest(moved.folder / "plugins.toml")
    lan = person_named("lan").to_actor(manifest.roles)
    key = load_key(manifest.data_folder / "subgraph-key.json")
    forged: Mapping[str, str] = {
        "a citizen's own token": manifest.tokens().sign(lan),
        "a token for another service": SubgraphTokens(key).token(lan, "maps"),
        "a token of its own key": SubgraphTokens(load_key(manifest.data_folder / "feedback-key.json")).token(
            lan, "feedback"
        ),
    }
    for what, token in forged.items():
        assert (post(service, everyone, token)[0], what) == (401, what)
        asked = post(service.replace("graphql", "questions/map_layers"), {"asker": None, "arguments": {}}, token)
        assert (asked[0], codes(asked[1]), what) == (401, ["INVALID_TOKEN"], what)


def refused_at_the_gateway(moved: Moved) -> None:
    """A question is taken from a plugin that plugins.toml names with its url, and told by its own key."""
    manifest = read_manifest(moved.folder / "plugins.toml")
    lan = person_named("lan").to_actor(manifest.roles)
    door = f"{moved.at}/questions/feedback_agency_exists"
    own = SubgraphTokens(load_key(manifest.data_folder / "feedback-key.json"), issuer="feedback")
    body = {"asker": "feedback", "arguments": {"key": "SXD"}}
    good = own.token(lan, "congdanso-gateway")
    answered = {"answers": [{"plugin": "agencies", "value": True}]}
    assert post(door, body, good) == (200, answered)
    assert post(door, body)[0] == 401
    assert post(door, {**body, "asker": "maps"}, good)[0] == 401
    assert post(door, body, manifest.tokens().sign(lan))[0] == 401
    assert post(f"{moved.at}/graphql", {"query": "{ __typename }"}, good)[0] == 401
    for unknown in ("nobody_knows", *HOOK_NAMES):
        assert codes(post(f"{moved.at}/questions/{unknown}", body, good)[1]) == ["NOT_ANSWERED"], unknown
    assert codes(post(door, {"asker": "feedback"}, good)[1]) == ["BAD_REQUEST"]


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_a_service_that_answers_without_token_listens_on_this_machine_alone(tmp_path: Path, host: str) -> None:
    Moved(tmp_path)
    arguments = ["subgraph", "serve", "feedback", "--port", "0", "--without-token", "--host", host]
    done = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"--without-token and --host {host}: everyone who reaches {host} could ask" in done.stderr
