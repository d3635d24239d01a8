"""``congdanso supergraph``: the committed supergraph, at absolute URLs and with guards that any gateway loads."""

from pathlib import Path

import pytest

from gateway.commands import contracts, publishing
from gateway.commands.errors import CommandError
from gateway.planner.supergraph import Supergraph
from tests.cli.test_command import ROOT, congdanso

COMMITTED = (ROOT / "schema/supergraph.graphql").read_text(encoding="utf-8").strip()
MANIFEST = '[gateway]\nmode = "development"\ndatabase = "sqlite:///city.db"\n'
LINK = '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated"])'
CLINICS = f"""extend schema {LINK}
type Query {{ clinics: [Clinic!] wait: Int @shareable @authenticated }}
type Clinic @key(fields: "id") {{ id: ID! doctor: String @authenticated }}
"""
OPENED = f"extend schema {LINK} type Query {{ wait: Int @shareable }}"


def test_it_prints_what_is_committed_at_absolute_urls_and_without_a_demand() -> None:
    expected = COMMITTED.replace('url: "/subgraphs/', 'url: "http://127.0.0.1:8000/subgraphs/')
    assert congdanso("supergraph", "--security").strip() == expected
    for guard in ("authenticated", "requiresScopes"):
        link = f'@link(url: "https://specs.apollo.dev/{guard}/v0.1"'
        assert f"{link}, for: SECURITY)" in expected
        expected = expected.replace(f"{link}, for: SECURITY)", f"{link})")
    assert congdanso("supergraph").strip() == expected


@pytest.mark.parametrize("base", ["congdan.example", "/api", "ftp://congdan.example", "http://a/?b", "http://"])
def test_what_is_no_base_url_is_told(base: str) -> None:
    with pytest.raises(CommandError) as told:
        publishing.supergraph_sdl(None, None, base, keep_security=True)
    assert str(told.value) == f"--base-url {base}: give http:// or https:// and a host, such as http://127.0.0.1:8000."


def city_of(folder: Path, **sdls: str) -> Path:
    """A city of services elsewhere, known by their SDL."""
    entries = ""
    for number, (name, sdl) in enumerate(sdls.items()):
        (folder / f"{name}.graphql").write_text(sdl, encoding="utf-8")
        entries += f'\n[plugins.{name}]\nurl = "http://127.0.0.1:{9001 + number}/graphql"\nsdl = "{name}.graphql"\n'
    (folder / "plugins.toml").write_text(MANIFEST + entries, encoding="utf-8")
    return folder


def printed(folder: Path, *exclude: str, base: str = "http://city", security: bool = False) -> str:
    """As the command prints it, without the price of a process."""
    contract = contracts.asked(None, exclude, False, alone=True)
    return publishing.supergraph_sdl(folder / "plugins.toml", contract, base, keep_security=security)


def refused(folder: Path) -> str:
    with pytest.raises(CommandError) as told:
        printed(folder)
    return str(told.value)


def test_a_service_elsewhere_keeps_its_url(tmp_path: Path) -> None:
    text = printed(city_of(tmp_path, clinics=CLINICS))
    assert 'CLINICS @join__graph(name: "clinics", url: "http://127.0.0.1:9001/graphql")' in text


@pytest.mark.parametrize("base", ["https://congdan.example/api", "https://congdan.example/api/"])
def test_a_plugin_that_is_out_stands_where_it_will_be(tmp_path: Path, base: str) -> None:
    folder = city_of(tmp_path, clinics=CLINICS)
    with (folder / "plugins.toml").open("a") as manifest:
        manifest.write("\n[plugins.benches]\nenabled = false\n")
    (folder / "schema/subgraphs").mkdir(parents=True)
    (folder / "schema/subgraphs/benches.graphql").write_text(f"extend schema {LINK} type Query {{ benches: Int }}")
    urls = {name: info.url for name, info in Supergraph.from_sdl(printed(folder, base=base)).subgraphs.items()}
    assert urls == {
        "clinics": "http://127.0.0.1:9001/graphql",
        "benches": "https://congdan.example/api/subgraphs/benches/graphql",
    }


def test_what_another_subgraph_answers_unguarded_is_not_published_without_security(tmp_path: Path) -> None:
    folder = city_of(tmp_path, clinics=CLINICS, opened=OPENED)
    assert refused(folder) == (
        "a gateway that does not enforce @authenticated and the like would ask past it:\n"
        "  Query.wait is guarded in the graph, and opened answers it without: "
        "give it the same directives in opened, or print with --security."
    )
    assert 'authenticated/v0.1", for: SECURITY)' in printed(folder, security=True)
    guarded = OPENED.replace("wait: Int @shareable", "wait: Int @shareable @authenticated")
    assert 'authenticated/v0.1")' in printed(city_of(tmp_path, clinics=CLINICS, opened=guarded))


def test_a_guarded_type_is_to_be_guarded_wherever_it_is_answered(tmp_path: Path) -> None:
    whole = f'extend schema {LINK} type Query {{ a: Int }} type Clinic @key(fields: "id") @authenticated {{ id: ID! }}'
    assert refused(city_of(tmp_path, clinics=CLINICS, whole=whole)).splitlines()[1:] == [
        "  Clinic is guarded in the graph, and clinics answers it without: "
        "give it the same directives in clinics, or print with --security."
    ]


def test_an_external_field_is_answered_only_where_it_is_provided(tmp_path: Path) -> None:
    link = LINK.replace('"@key"', '"@key", "@external", "@requires", "@provides"')
    asks = """type Clinic @key(fields: "id") { id: ID! doctor: String @external
      queue: Int @requires(fields: "doctor") @authenticated }"""
    gives = """type Query { first: Clinic @provides(fields: "doctor") }
      type Clinic @key(fields: "id") { id: ID! doctor: String @external }"""
    clinics = CLINICS.replace("doctor: String", "doctor: String @shareable")
    assert "queue" in printed(city_of(tmp_path, clinics=clinics, other=f"extend schema {link} {asks}"))
    told = refused(city_of(tmp_path, clinics=clinics, other=f"extend schema {link} {gives}"))
    assert "  Clinic.doctor is guarded in the graph, and other answers it without" in told


def test_an_interface_guarded_by_its_objects_is_guarded_enough(tmp_path: Path) -> None:
    both = f"""extend schema {LINK} interface Place {{ id: ID! doctor: String }} type Query {{ places: [Place] }}
    type Clinic implements Place @key(fields: "id") {{ id: ID! doctor: String @authenticated }}"""
    text = printed(city_of(tmp_path, both=both))
    assert Supergraph.from_sdl(text).access["Place.doctor"].authenticated


def test_a_contract_is_printed_alike(tmp_path: Path) -> None:
    sdl = CLINICS.replace("wait: Int", 'wait: Int @federation__tag(name: "internal")')
    text = printed(city_of(tmp_path, clinics=sdl), "internal")
    assert '@link(url: "https://specs.apollo.dev/authenticated/v0.1")' in text
    assert '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)' in text
