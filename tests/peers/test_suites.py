"""The audit's suites, composed here and answered by other gateways over HTTP: interfaces, unions, @requires and all."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from graphql import GraphQLSchema, execute_sync, parse

from schema.compose import SubgraphSdl, compose
from schema.published import published
from tests.federation.memory import memory_schema
from tests.federation.test_audit import AUDIT, MODULES
from tests.peers.peers import PACKAGES, Job, run

# Cases of the audit that a gateway answers otherwise whoever composed: (suite, number).
THEIR_OWN = {
    "apollo": {("keys-mashup", 0), *(("requires-with-argument", number) for number in (2, 3, 4))},
    "hive": {("override-type-interface", 0), ("provides-on-interface", 1)},
}


class Suites:
    """The subgraphs of every suite at ``/<suite>/<subgraph>``, new for each request's ``authorization``."""

    def __init__(self) -> None:
        self.sdls = {
            folder.name: {item["name"]: item["sdl"] for item in json.loads((folder / "subgraphs.json").read_text())}
            for folder in sorted(AUDIT.iterdir())
        }
        self.cases = {name: json.loads((AUDIT / name / "tests.json").read_text()) for name in self.sdls}
        self._schemas: dict[tuple[str, str], dict[str, GraphQLSchema]] = {}
        self._lock = threading.Lock()

    def answer(self, path: str, of: str, body: dict[str, Any]) -> dict[str, Any]:
        _, suite, name = path.split("/")
        with self._lock:
            if (suite, of) not in self._schemas:
                self._schemas[suite, of] = self._made(suite)
            result = execute_sync(
                self._schemas[suite, of][name], parse(body["query"]), variable_values=body.get("variables")
            )
        return dict(result.formatted)

    def _made(self, suite: str) -> dict[str, GraphQLSchema]:
        module = importlib.import_module(f"tests.federation.suites.{MODULES.get(suite, suite.replace('-', '_'))}")
        behaviours = module.subgraphs()
        return {name: memory_schema(sdl, behaviours[name]) for name, sdl in self.sdls[suite].items()}

    def composed_here(self, suite: str, base: str) -> Job:
        subgraphs = [SubgraphSdl(name, sdl, f"{base}/{suite}/{name}") for name, sdl in self.sdls[suite].items()]
        composition = compose(subgraphs)
        assert composition.supergraph_sdl is not None, composition.errors
        return self._job(suite, composition.supergraph_sdl)

    def composed_by_apollo(self, suite: str, base: str) -> Job:
        text = (AUDIT / suite / "supergraph.graphql").read_text()
        return self._job(suite, published(text, lambda name, _url: f"{base}/{suite}/{name}", keep_security=True))

    def _job(self, suite: str, supergraph: str) -> Job:
        cases = enumerate(self.cases[suite])
        return Job(supergraph, [{"query": case["query"], "authorization": f"case {number}"} for number, case in cases])

    def unexpected(self, suite: str, told: dict[str, Any]) -> dict[int, Any]:
        """The answers that the audit does not expect, by the number of their case."""
        assert "refused" not in told, (suite, told)
        return {
            number: answer
            for number, (case, answer) in enumerate(zip(self.cases[suite], told["answers"], strict=True))
            if not _is_expected(case["expected"], answer)
        }


def _is_expected(expected: dict[str, Any], answer: dict[str, Any]) -> bool:
    if bool(answer.get("errors")) != expected.get("errors", False):
        return False
    return "data" not in expected or answer.get("data") == expected["data"]


@pytest.fixture
def served() -> Iterator[tuple[Suites, str]]:
    if not AUDIT.is_dir():
        pytest.skip(f"the audit's cases are not at {AUDIT}: set CONGDANSO_SHARED")
    suites = Suites()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = json.dumps(suites.answer(self.path, self.headers["authorization"], body)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield suites, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("peer", PACKAGES)
def test_what_is_composed_here_is_answered_there_as_the_audit_expects(peer: str, served: tuple[Suites, str]) -> None:
    suites, base = served
    told = run(peer, [suites.composed_here(name, base) for name in suites.cases])
    unexpected = {
        (name, number)
        for name, answers in zip(suites.cases, told, strict=True)
        for number in suites.unexpected(name, answers)
    }
    assert unexpected == THEIR_OWN[peer]


@pytest.mark.slow
@pytest.mark.parametrize("peer", PACKAGES)
def test_where_a_gateway_answers_otherwise_it_does_so_over_apollos_composition_too(
    peer: str, served: tuple[Suites, str]
) -> None:
    suites, base = served
    names = sorted({name for name, _ in THEIR_OWN[peer]})
    here = run(peer, [suites.composed_here(name, base) for name in names])
    there = run(peer, [suites.composed_by_apollo(name, base) for name in names])
    for name, ours, theirs in zip(names, here, there, strict=True):
        assert suites.unexpected(name, ours) == suites.unexpected(name, theirs), name
