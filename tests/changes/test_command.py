"""``congdanso schema diff``: what it prints, and its exit code."""

import json
from pathlib import Path

import pytest

from schema.compose import SubgraphSdl, compose
from tests.cli.test_command import ROOT, congdanso

OLD = 'type Query { a: Int "x\n\ny" b(x: Int): Int }'.replace('"', '"""')
NEW = "type Query { b(x: Int!): Int @deprecated c: E } enum E { A }"
NOTE = " (of the public schema: access, keys and subgraphs are compared between two supergraphs)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.graphql").write_text(OLD)
    (tmp_path / "new.graphql").write_text(NEW)
    for name, rule in (("open", ""), ("closed", "@authenticated")):
        link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"]) '
        composed = compose([SubgraphSdl("a", f"{link} type Query {{ a: Int {rule} }}")]).supergraph_sdl
        (tmp_path / f"{name}.graphql").write_text(composed or "")
    return tmp_path


def test_every_change_is_a_line_and_a_breaking_one_fails(folder: Path) -> None:
    assert congdanso("schema", "diff", "old.graphql", "new.graphql", cwd=folder, code=1).splitlines() == [
        "breaking   Query.a  Field Query.a was removed.",
        "breaking   Query.b(x:)  Argument Query.b(x:) has changed type from Int to Int!.",
        "safe       E  E was added.",
        "safe       Query.c  Field Query.c was added.",
        "safe       Query.b  The description of Query.b changed.",
        "safe       Query.b  Query.b is deprecated now: No longer supported",
        f"2 breaking, 0 dangerous, 4 safe, 0 info{NOTE}",
    ]


def test_what_breaks_nobody_passes(folder: Path) -> None:
    assert congdanso("schema", "diff", "closed.graphql", "open.graphql", cwd=folder).splitlines() == [
        "dangerous  Query.a  Query.a no longer asks for @authenticated.",
        "0 breaking, 1 dangerous, 0 safe, 0 info",
    ]
    assert congdanso("schema", "diff", "old.graphql", "old.graphql", cwd=folder) == f"no changes{NOTE}\n"


def test_programs_read_json(folder: Path) -> None:
    told = json.loads(congdanso("schema", "diff", "open.graphql", "closed.graphql", "--json", cwd=folder, code=1))
    assert told == {
        "breaking": True,
        "publicOnly": False,
        "counts": {"breaking": 1, "dangerous": 0, "safe": 0, "info": 0},
        "changes": [
            {
                "level": "breaking",
                "code": "ACCESS_ADDED",
                "where": "Query.a",
                "message": "Query.a asks for @authenticated now.",
            }
        ],
    }


def test_one_file_is_compared_with_the_city_s_graph(folder: Path) -> None:
    assert congdanso("schema", "diff", ROOT / "schema/supergraph.graphql") == "no changes\n"
    text = (ROOT / "schema/supergraph.graphql").read_text(encoding="utf-8")
    (folder / "before.graphql").write_text(
        text.replace("type Query\n", 'type Query\n  @join__type(graph: MAPS, key: "x")\n')
    )
    assert congdanso("schema", "diff", folder / "before.graphql").splitlines() == [
        'dangerous  Query  maps no longer finds Query by the key "x": a subgraph that gives it is not joined.',
        "0 breaking, 1 dangerous, 0 safe, 0 info",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("type Query {", "Syntax Error: Expected Name, found <EOF>."),
        ("type Query { a: Gone }", "Unknown type 'Gone'."),
        ("enum join__Graph { A }", "Query root type must be provided."),
    ],
)
def test_a_file_that_is_neither_is_refused(folder: Path, text: str, why: str) -> None:
    (folder / "bad.graphql").write_text(text)
    told = congdanso("schema", "diff", "bad.graphql", "new.graphql", cwd=folder, code=2)
    assert told.startswith("congdanso: bad.graphql is neither a public schema nor a supergraph: ")
    assert why in told
    assert "No such file" in congdanso("schema", "diff", "gone.graphql", "new.graphql", cwd=folder, code=2)
