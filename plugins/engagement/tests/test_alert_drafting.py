"""Alerts: what a draft must be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.host.testing import AskedCity, OpenCity
from gateway.plugin import Refused
from plugins.engagement.models import AlertRow
from plugins.engagement.service.drafting import ward_codes
from plugins.engagement.tests.asking import DRAFT_ALERT, DRAFTS, EXPIRED_SAMPLE, Made, alert_input
from schema.scalars import utc_now


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"headline": {"vi": "a" * 161, "en": "a"}}, "TEXT_TOO_LONG"),
        ({"headline": {"vi": "a", "en": " "}}, "TEXT_EMPTY"),
        ({"instruction": {"vi": "", "en": "a"}}, "TEXT_EMPTY"),
        ({"expires": "2020-01-01T00:00:00+07:00"}, "BAD_TIME"),
        ({"expires": "2099-01-01T00:00:00+07:00"}, "BAD_TIME"),
        ({"expires": "2026-12-01T00:00:00"}, "BAD_TIME"),
        ({"effective": (utc_now() + timedelta(hours=7)).isoformat()}, "BAD_TIME"),
        ({"wardCodes": ["2674"]}, "BAD_WARD_CODE"),
        ({"wardCodes": ["26740\n"]}, "BAD_WARD_CODE"),
        ({"wardCodes": ["٢٦٧٤٠"]}, "BAD_WARD_CODE"),
        ({"updates": "Alert:none"}, "NOT_FOUND"),
        ({"updates": EXPIRED_SAMPLE}, "ALERT_NOT_ACTIVE"),
        ({"updates": "Ward:26740"}, "BAD_ID"),
    ],
)
async def test_a_draft_that_cannot_be_issued_is_refused(city: AskedCity, changes: dict[str, Any], code: str) -> None:
    assert await city.refused(DRAFT_ALERT, by="alerter", input=alert_input(**changes)) == [code]
    assert (await city.ask(DRAFTS, by="alerter"))["alertDrafts"]["totalCount"] == 0


def test_no_more_than_200_wards_are_named_at_a_time() -> None:
    assert len(ward_codes([f"{number:05}" for number in range(200)])) == 200
    with pytest.raises(Refused) as refused:
        ward_codes([f"{number:05}" for number in range(201)])
    assert (refused.value.code, refused.value.field) == ("TOO_MANY", "wardCodes")


async def test_a_time_of_the_city_is_the_same_moment_in_the_database(city: AskedCity, drafted: Made) -> None:
    moment = (utc_now() + timedelta(hours=9)).replace(microsecond=0)
    id = await drafted(expires=moment.isoformat())
    shown = (await city.ask("query ($id: ID!) { alert(id: $id) { expires } }", by="alerter", id=id))["alert"]
    assert shown["expires"].endswith("+07:00")
    row = await city.hosted("engagement").database.read(
        lambda session: session.get_one(AlertRow, id.removeprefix("Alert:"))
    )
    assert row.expires == moment


def config_with(folder: Path, *plugins: str) -> Path:
    config = folder / "plugins.toml"
    roles = '[roles]\nALERT_ISSUER = ["engagement:draft_alert"]\n'
    config.write_text(roles + "".join(f"[plugins.{name}]\n" for name in plugins))
    return config


async def test_wards_that_the_map_does_not_know_are_refused(tmp_path: Path, open_test_city: OpenCity) -> None:
    folder = tmp_path / "plugins" / "ward_list"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "plugin.py").write_text(
        "from gateway.plugin import About, Context, hookimpl\n\n\n"
        "@hookimpl\ndef about():\n    return About(title='Phường', owner='TTCDS')\n\n\n"
        "@hookimpl\nasync def engagement_wards_known(context: Context, codes: list[str]) -> list[str]:\n"
        "    return [code for code in codes if code in ('26740', '26743')]\n"
    )
    async with open_test_city(config_with(tmp_path, "ward_list", "engagement")) as city:
        refused = alert_input(wardCodes=["26740", "99999"])
        assert await city.refused(DRAFT_ALERT, by="alerter", input=refused) == ["UNKNOWN_WARD"]
        known = alert_input(wardCodes=["26740", "26743"])
        assert await city.refused(DRAFT_ALERT, by="alerter", input=known) == []


async def test_five_digits_are_taken_when_no_plugin_knows_the_wards(tmp_path: Path, open_test_city: OpenCity) -> None:
    async with open_test_city(config_with(tmp_path, "engagement")) as city:
        draft = alert_input(wardCodes=["99999"])
        assert await city.refused(DRAFT_ALERT, by="alerter", input=draft) == []
