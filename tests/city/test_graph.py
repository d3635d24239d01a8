"""The graph as a whole: what is committed is what the plugins say, and one plugin's failure stays its own."""

from pathlib import Path

import pytest
from graphql import GraphQLObjectType, is_introspection_type, is_specified_scalar_type, print_schema

from gateway.host.assembly import Assembly, assemble, snapshot_file
from gateway.host.manifest import find_manifest, read_manifest
from gateway.planner.supergraph import Supergraph

REFRESH = "refresh it: congdanso supergraph --write"


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    return assemble(read_manifest(find_manifest()))


def committed(name: str) -> str:
    return (find_manifest().parent / "schema" / name).read_text(encoding="utf-8").strip()


def test_the_committed_supergraph_is_what_the_plugins_compose_to(assembly: Assembly) -> None:
    assert (assembly.joined.supergraph_sdl or "").strip() == committed("supergraph.graphql"), REFRESH


def test_the_committed_public_schema_is_the_supergraphs(assembly: Assembly) -> None:
    public = Supergraph.from_sdl(assembly.joined.supergraph_sdl or "").public_schema
    assert print_schema(public).strip() == committed("city.graphql"), REFRESH


def test_the_last_known_sdl_of_each_plugin_is_its_own(assembly: Assembly) -> None:
    for name, subgraph in assembly.sdls.items():
        path: Path = snapshot_file(assembly.manifest, name)
        assert path.read_text(encoding="utf-8").strip() == subgraph.sdl.strip(), f"{name}: {REFRESH}"


def test_every_plugin_of_the_city_is_in_without_advice(assembly: Assembly) -> None:
    assert assembly.states() == {name: {"state": "in", "reason": ""} for name in assembly.manifest.plugins}
    assert assembly.advice == []


def test_every_type_and_root_field_is_described(assembly: Assembly) -> None:
    schema = Supergraph.from_sdl(assembly.joined.supergraph_sdl or "").public_schema
    roots = {t.name for t in (schema.query_type, schema.mutation_type, schema.subscription_type) if t}
    silent = [
        t.name
        for t in schema.type_map.values()
        if not (t.description or t.name in roots or is_introspection_type(t) or is_specified_scalar_type(t))
    ]
    for root in roots:
        kind = schema.type_map[root]
        assert isinstance(kind, GraphQLObjectType)
        silent += [f"{root}.{name}" for name, field in kind.fields.items() if not field.description]
    assert silent == []


def test_every_list_that_may_grow_is_a_connection_whose_page_is_bounded(assembly: Assembly) -> None:
    schema = Supergraph.from_sdl(assembly.joined.supergraph_sdl or "").public_schema
    unbounded = [
        f"{kind.name}.{name}"
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if str(field.type).endswith("Connection") and "first" not in field.args
    ]
    assert unbounded == []
