"""Isolation: whatever one plugin does, it is left out by name and reason, and the rest of the city serves."""

from pathlib import Path

import pytest

from gateway.host.assembly import Assembly, RequiredPluginOut, assemble
from gateway.host.manifest import ManifestError, read_manifest
from gateway.host.testing import OpenCity
from tests.host.conftest import WriteCity, good

BAD_HOOK = good("bad") + "\n@hookimpl\ndef settings():\n    raise RuntimeError('no settings today')\n"
NEEDY = good("needy").replace('owner="VP-UBND"', 'owner="VP-UBND", needs=("gone", "good")')
OLD = good("old").replace('owner="VP-UBND"', 'owner="VP-UBND", api=0')
STRICT = (
    good("strict")
    + """
from pydantic import BaseModel, Field
class Settings(BaseModel, extra="forbid"):
    title_max: int = Field(120, ge=1)

@hookimpl
def settings():
    return Settings
"""
)
CLASHING_TABLE = (
    good("tabled")
    + """
from sqlmodel import Field, SQLModel
from gateway.plugin import new_registry
class Table(SQLModel, registry=new_registry()):
    pass
class Row(Table, table=True):
    __tablename__ = "reports"
    id: int | None = Field(default=None, primary_key=True)

@hookimpl
def tables():
    return Table
"""
)


def assembled(manifest: Path) -> Assembly:
    return assemble(read_manifest(manifest))


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("broken", "def (:\n", "broken cannot be imported: SyntaxError: invalid syntax (plugins/broken/plugin.py:1)"),
        (
            "raising",
            "\nraise ValueError('not today')\n",
            "raising cannot be imported: ValueError: not today (plugins/raising/plugin.py:2)",
        ),
        (
            "leaving",
            "import sys\nsys.exit(3)\n",
            "leaving cannot be imported: SystemExit: 3 (plugins/leaving/plugin.py:2)",
        ),
        (
            "missing",
            "import no_such_library\n",
            "missing cannot be imported: ModuleNotFoundError: No module named 'no_such_library' "
            "(plugins/missing/plugin.py:1)",
        ),
        ("empty", "", "empty has no about() hook: return gateway.plugin.About(title=..., owner=...)."),
        (
            "bad",
            BAD_HOOK,
            "bad failed in its hook settings(): RuntimeError: no settings today (plugins/bad/plugin.py:21)",
        ),
        ("old", OLD, "old was written for version 0 of gateway.plugin; this is version 1."),
        (
            "tabled",
            CLASHING_TABLE,
            "tabled has a table reports: begin its name with tabled_, so that no two plugins' tables meet.",
        ),
        (
            "typo",
            good("typo") + "\n@hookimpl\ndef listners():\n    return []\n",
            "typo has a hook listners(), which does not exist: did you mean listeners()?",
        ),
        ("class", good("x"), "'class' is no name for a plugin: use lower case, digits and _, at most 40 characters."),
        ("needy", NEEDY, "needy needs gone, which plugins.toml does not list."),
    ],
)
def test_a_plugin_that_fails_is_left_out_with_its_reason(
    write_city: WriteCity, name: str, source: str, reason: str
) -> None:
    assembly = assembled(write_city({name: source, "good": good("good")}))
    assert assembly.states() == {
        name: {"state": "out", "reason": reason},
        "good": {"state": "in", "reason": ""},
    }


async def test_the_rest_serves(write_city: WriteCity, open_test_city: OpenCity) -> None:
    manifest = write_city({"broken": "def (:\n", "good": good("good")})
    async with open_test_city(manifest) as city:
        assert await city.ask("{ good }") == {"good": "good answers"}
        assert city.city.health() == {
            "status": "degraded",
            "plugins": {
                "broken": {
                    "state": "out",
                    "reason": "broken cannot be imported: SyntaxError: invalid syntax (plugins/broken/plugin.py:1)",
                },
                "good": {"state": "in", "reason": ""},
            },
        }


def test_an_answer_that_nobody_asks_for_is_advised_of(write_city: WriteCity) -> None:
    source = good("good") + "\n@hookimpl\ndef maps_weather_in(context):\n    return 1\n"
    assembly = assembled(write_city({"good": source}))
    assert assembly.advice == ["good answers maps_weather_in(), which no plugin that is in asks."]


def test_settings_are_checked_and_each_fault_is_told(write_city: WriteCity) -> None:
    entry = "[plugins.strict.settings]\ntitle_max = 0\ncolour = 'red'\n"
    assembly = assembled(write_city({"strict": STRICT}, entries={"strict": entry}))
    assert assembly.out["strict"] == (
        "strict has bad settings: [plugins.strict.settings] title_max: Input should be greater than or equal to 1; "
        "colour: Extra inputs are not permitted"
    )


def test_settings_for_a_plugin_that_takes_none_are_told(write_city: WriteCity) -> None:
    assembly = assembled(write_city({"good": good("good")}, entries={"good": "settings = {a = 1}"}))
    assert assembly.out["good"] == "good takes no settings: empty [plugins.good.settings]."


def test_of_two_plugins_with_one_field_the_later_is_left_out_and_both_are_named(write_city: WriteCity) -> None:
    manifest = write_city({"one": good("one"), "two": good("one"), "three": good("three")})
    assembly = assembled(manifest)
    assert set(assembly.out) == {"two"}
    reason = assembly.out["two"]
    assert reason.startswith("INVALID_FIELD_SHARING: Query.one is resolved by ")
    assert "one (plugins/one/plugin.py:7)" in reason
    assert "two (plugins/two/plugin.py:7)" in reason


def test_a_required_plugin_wins_a_clash_wherever_it_stands(write_city: WriteCity) -> None:
    manifest = write_city({"one": good("one"), "two": good("one")}, entries={"two": "required = true"})
    assert set(assembled(manifest).out) == {"one"}


def test_a_required_plugin_that_fails_is_fatal(write_city: WriteCity) -> None:
    manifest = write_city({"broken": "def (:\n"}, entries={"broken": "required = true"})
    with pytest.raises(RequiredPluginOut, match="broken is required in plugins.toml and is out: broken cannot be"):
        assembled(manifest)


def test_whoever_needs_a_plugin_that_is_out_is_out_too(write_city: WriteCity) -> None:
    needs = {"a": "b", "b": "c"}
    sources = {n: good(n).replace('owner="VP-UBND"', f'owner="VP-UBND", needs=("{m}",)') for n, m in needs.items()}
    assembly = assembled(write_city({**sources, "c": "1/0", "d": good("d")}))
    assert sorted(assembly.plugins) == ["d"]
    assert assembly.out["a"].startswith("a needs b, which is out (b needs c, which is out (c cannot be imported: ")


def test_a_plugin_that_is_not_listed_does_not_run(write_city: WriteCity) -> None:
    manifest = write_city({"good": good("good")})
    folder = manifest.parent / "plugins" / "unlisted"
    folder.mkdir()
    (folder / "plugin.py").write_text("raise SystemExit('it ran')")
    assert list(assembled(manifest).states()) == ["good"]


def test_a_plugin_that_is_nowhere_is_told_how_to_come_by(write_city: WriteCity) -> None:
    manifest = write_city({}, more="[plugins.nowhere]\n")
    assert assembled(manifest).out["nowhere"] == (
        "nowhere was not found: no plugins/nowhere/plugin.py, no entry point congdanso.plugins:nowhere. "
        "Write one (congdanso new-plugin nowhere), install its wheel, or take it out of plugins.toml."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[plugins", "not TOML"),
        ("[plugins.a]\nenabeld = true", "plugins.a.enabeld: Extra inputs are not permitted"),
        ("[gateway]\nmode = 'fast'", "mode: Input should be 'development' or 'production'"),
        ("[gateway]\ncolour = 1", "colour: Extra inputs are not permitted"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_where_and_why(tmp_path: Path, text: str, told: str) -> None:
    manifest = tmp_path / "plugins.toml"
    manifest.write_text(text)
    with pytest.raises(ManifestError, match=told):
        read_manifest(manifest)
