"""``congdanso supergraph`` and ``sdl`` with tags, over a city of one plugin of its own."""

from pathlib import Path

import pytest

from gateway.planner.supergraph import Supergraph
from tests.cli.test_command import congdanso

MANIFEST = '[gateway]\nmode = "development"\ndatabase = "sqlite:///city.db"\n\n[plugins.benches]\n'
PLUGIN = '''"""Benches: where to sit."""

import strawberry

from gateway.plugin import About, SubgraphTypes, hookimpl


@strawberry.federation.type(tags=["internal"], description="What a bench costs.")
class Cost:
    amount: int


@strawberry.type
class Query:
    @strawberry.federation.field(tags=["public"], description="How many there are.")
    def benches(self) -> int:
        return 3

    @strawberry.federation.field(tags=["internal"], description="What they cost.")
    def bench_costs(self) -> list[Cost]:
        return []


@hookimpl
def about() -> About:
    return About(title="Benches", owner="VP-UBND")


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query)
'''
SHOWN = 'type Query {\n  """How many there are."""\n  benches: Int!\n}'


@pytest.fixture
def city(tmp_path: Path) -> Path:
    (tmp_path / "plugins.toml").write_text(MANIFEST)
    folder = tmp_path / "plugins/benches"
    folder.mkdir(parents=True)
    (folder / "plugin.py").write_text(PLUGIN)
    return tmp_path


def test_a_contract_prints_its_public_schema_and_its_supergraph(city: Path) -> None:
    for tags in (["--exclude", "internal"], ["--include", "public"], ["--include", "public", "--exclude", "internal"]):
        assert congdanso("sdl", *tags, cwd=city).strip() == SHOWN
    supergraph = congdanso("supergraph", "--exclude", "internal", cwd=city)
    assert list(Supergraph.from_sdl(supergraph).public_schema.type_map["Query"].fields) == ["benches"]  # type: ignore[attr-defined]
    assert 'Cost\n  @join__type(graph: BENCHES)\n  @tag(name: "internal")\n  @inaccessible\n{' in supergraph


def test_several_tags_may_be_given(city: Path) -> None:
    shown = congdanso("sdl", "--include", "public", "--include", "internal", cwd=city)
    assert shown == congdanso("sdl", cwd=city)


def test_why_there_is_no_such_contract_is_told(city: Path) -> None:
    assert congdanso("supergraph", "--exclude", "public", "--exclude", "internal", cwd=city, code=2) == (
        "congdanso: there is no such contract:\n  EMPTY_QUERY: the contract leaves nothing to ask: "
        "Query is out because all its fields are out: include a tag of its fields\n"
    )
    assert "INVALID_CONTRACT: the contract names no tag" in congdanso(
        "supergraph", "--hide-unreachable", cwd=city, code=2
    )


def test_a_contract_is_of_the_whole_graph_and_only_printed(city: Path) -> None:
    told = "a contract is of the whole graph, and printed: leave out the plugin's name, or --write."
    assert told in congdanso("sdl", "benches", "--exclude", "internal", cwd=city, code=2)
    assert told in congdanso("supergraph", "--write", "--exclude", "internal", cwd=city, code=2)
    assert not (city / "schema").exists()
