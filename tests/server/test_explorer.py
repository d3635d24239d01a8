"""The Explorer's page: what it is made of, and that what it writes is valid."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.host.testing import AskedCity
from gateway.request import GraphQLRequest
from identity.people import seeded_people
from tests.server.node import run_client
from tests.server.running import Running, running

STATIC = Path(__file__).parents[2] / "gateway" / "server" / "static"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_a_browser_finds_the_explorer_and_every_file_it_asks_for(server: Running) -> None:
    page = server.send(method="GET", headers={"Accept": BROWSER})
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    asked_for = {"explorer.html", *re.findall(r'"/explorer/([\w.]+)"', page.body.decode())}
    for name in ("explorer.js", "docs.js", "people.js", "schema.js", "socket.js", "explorer.css"):
        file = server.send(method="GET", path=f"/explorer/{name}")
        assert file.status == 200
        asked_for |= set(re.findall(r'from "\./(\w+\.js)"', file.body.decode()))
    assert asked_for == {path.name for path in STATIC.iterdir()}


def test_the_explorer_needs_no_other_host_and_no_inline_script(server: Running) -> None:
    page = server.send(method="GET", headers={"Accept": BROWSER})
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "script-src 'self';" in page.headers["content-security-policy"]
    for path in STATIC.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"https?://|\bsrc=\"//|@import|innerHTML|\bstyle=|\bon\w+=\"", text), path.name


def test_a_browser_that_is_given_the_host_alone_is_sent_to_the_explorer(server: Running) -> None:
    home = server.send(method="GET", path="/", headers={"Accept": BROWSER})
    assert (home.status, home.headers["location"]) == (307, "/graphql")
    program = server.send(method="GET", path="/", headers={"Accept": "*/*"})
    assert (program.status, program.codes) == (404, ["NOT_FOUND"])
    icon = server.send(method="GET", path="/favicon.ico")
    assert (icon.status, icon.body) == (204, b"")


def test_without_the_explorer_nothing_of_it_is_there() -> None:
    with running(explorer=False) as server:
        for path in ("/", "/favicon.ico", "/explorer/people.json", "/explorer/people.js"):
            assert server.send(method="GET", path=path, headers={"Accept": BROWSER}).status == 404


def test_the_people_to_sign_in_as_are_the_seeded_ones_and_nothing_more_of_them_is_told(server: Running) -> None:
    people = server.send(method="GET", path="/explorer/people.json").json
    assert [person["name"] for person in people] == list(seeded_people())
    assert people[4] == {"name": "officer", "roles": ["CITIZEN", "OFFICER"], "agency": "SXD"}


def test_a_link_with_a_query_is_answered_and_no_page(server: Running) -> None:
    asked = server.send(method="GET", path="/graphql?query=%7Bhello%7D", headers={"Accept": BROWSER})
    assert asked.json == {"data": {"hello": "Xin chào"}}


def test_the_explorers_example_of_every_root_field_is_a_valid_operation(server: Running) -> None:
    seen = run_client("examples.cjs", None, server.url, str(STATIC / "schema.js"))
    examples = {example["field"]: example for example in seen["examples"]}
    assert set(examples) == {
        *("hello", "echo", "note", "notes", "pick", "whoami", "scopeId", "seenHeaders", "broken", "slow", "author"),
        *("add", "count", "blobs", "bounced", "scopes"),
    }
    for example in examples.values():
        request = GraphQLRequest(example["query"], variables=example["variables"])
        assert server.served.engine.prepare(request).kind == example["kind"]
    assert examples["note"]["query"] == (
        "query Note($id: Int!) {\n  note(id: $id) {\n    id\n    text\n    author {\n      id\n      name\n    }\n"
        "    related {\n      id\n      text\n    }\n  }\n}\n"
    )
    assert ["Note", "author"] in seen["found"]


async def test_what_the_explorer_begins_with_is_answered_by_the_city(city: AskedCity) -> None:
    text = (STATIC / "explorer.js").read_text("utf-8")
    (query,) = re.findall(r"^const REPORTS = `(.*?)`;", text, re.MULTILINE | re.DOTALL)
    nodes = (await city.ask(query))["reports"]["nodes"]
    assert [set(node) for node in nodes] == [{"code", "title", "state", "agency", "ward"}] * 3


async def test_the_explorer_signs_in_by_the_citys_own_mutation(city: AskedCity) -> None:
    text = (STATIC / "people.js").read_text("utf-8")
    (mutation,) = re.findall(r"^const SIGN_IN = `(.*?)`;", text, re.MULTILINE | re.DOTALL)
    signed = (await city.ask(mutation, person="lan"))["signIn"]
    assert (await city.city.authenticate(signed["node"]["token"])).id == "person-lan"
    assert signed["node"]["name"] == "Nguyễn Thị Lan"
