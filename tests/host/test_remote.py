"""A plugin behind a URL: one line in plugins.toml, and the graph is the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.host.assembly import assemble
from gateway.host.manifest import read_manifest
from gateway.host.testing import OpenCity
from tests.host.conftest import WriteCity, good
from tests.server.notes import NOTES
from tests.server.running import Running, running


@pytest.fixture
def elsewhere() -> Iterator[Running]:
    """A server that serves the plugins notes and authors each by itself."""
    with running(subgraph_endpoints=True) as server:
        yield server


def entry(server: Running, name: str, more: str = "") -> str:
    return f'[plugins.{name}]\nurl = "http://127.0.0.1:{server.port}/subgraphs/{name}/graphql"\n{more}'


ASK = "{ notes { text author { name } } good }"


async def test_plugins_here_and_elsewhere_answer_together(
    elsewhere: Running, write_city: WriteCity, open_test_city: OpenCity
) -> None:
    more = entry(elsewhere, "notes") + entry(elsewhere, "authors")
    manifest = write_city({"good": good("good")}, more=more)
    async with open_test_city(manifest) as city:
        assert city.city.health()["status"] == "ok"
        answer = await city.ask(ASK)
        direct = elsewhere.ask("{ notes { text author { name } } }").json["data"]
        assert answer == {**direct, "good": "good answers"}


async def test_a_service_that_is_down_nulls_its_part_when_its_sdl_is_given(
    write_city: WriteCity, open_test_city: OpenCity, tmp_path: Path
) -> None:
    (tmp_path / "notes.graphql").write_text(NOTES.as_str())
    more = '[plugins.notes]\nurl = "http://127.0.0.1:9/graphql"\nsdl = "notes.graphql"\n'
    async with open_test_city(write_city({"good": good("good")}, more=more)) as city:
        answer = await city.answer("{ note(id: 1) { text } good }")
    assert answer["data"] == {"note": None, "good": "good answers"}
    assert [(e["path"], e["extensions"]) for e in answer["errors"]] == [
        (["note"], {"code": "SUBREQUEST_HTTP_ERROR", "service": "notes"})
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('url = "http://127.0.0.1:9/graphql"', "notes did not tell its SDL at http://127.0.0.1:9/graphql (Client"),
        ('url = "file:///etc/passwd"', "notes has the url 'file:///etc/passwd': begin it with http:// or https://."),
        ('url = "http://127.0.0.1:9/"\nsdl = "no.graphql"', "notes's sdl file cannot be read: "),
    ],
)
def test_a_service_whose_sdl_cannot_be_had_is_out_with_the_reason(write_city: WriteCity, more: str, told: str) -> None:
    assembly = assemble(read_manifest(write_city({"good": good("good")}, more=f"[plugins.notes]\n{more}\n")))
    assert assembly.out["notes"].startswith(told)
    assert list(assembly.plugins) == ["good"]


def test_what_answers_no_sdl_is_told(elsewhere: Running, write_city: WriteCity) -> None:
    more = f'[plugins.notes]\nurl = "http://127.0.0.1:{elsewhere.port}/health"\n'
    reason = assemble(read_manifest(write_city({}, more=more))).out["notes"]
    assert reason.startswith(f"notes did not tell its SDL at http://127.0.0.1:{elsewhere.port}/health (")
    assert reason.endswith("): start the service, or give sdl = FILE.")
