"""An erasure: what goes, what stays and why, and what is left of the person anywhere."""

from typing import Any

import pytest
from sqlmodel import Session, select

from gateway.host.testing import AskedCity, OpenCity
from identity import links
from identity.tables import LinkRow, PersonRow
from plugins.accounts.tests.asks import (
    ANSWER,
    BEN_THANH,
    GIVE,
    ONE,
    QUEUE,
    REQUEST,
    SAVE_PLACE,
    SUBMIT_REPORT,
    errors,
    kept_texts,
    lines,
    report_told,
    requested,
    signed_in,
    verified,
)
from plugins.accounts.tests.test_rights import delegated, told

SAMPLES_OF_LAN = 20
"""Reports that the seed of feedback has of her."""


async def erased(city: AskedCity) -> dict[str, Any]:
    """Lan, who has something everywhere, is erased: the office's answer."""
    await signed_in(city)
    await verified(city)
    await city.ask(SAVE_PLACE, by="lan", input={"label": "Nhà", "point": BEN_THANH})
    await city.ask(GIVE, by="lan", purpose="LOCATION_ALERTS")
    await delegated(city)
    await report_told(city)
    await requested(city, "EXPORT")
    id = await requested(city, "ERASE", note="Xin xóa hết")
    payload: dict[str, Any] = (await city.ask(ANSWER, by="dpo", id=id, done=True, reason="Theo yêu cầu"))[
        "answerDataRequest"
    ]
    assert errors(payload) == []
    return payload["node"] | {"id": id}


async def test_an_erasure_says_what_each_plugin_erased_and_kept_and_why(city: AskedCity) -> None:
    node = await erased(city)
    assert node["state"] == "DONE"
    parts = {part["plugin"]: part for part in node["result"]}
    assert list(parts) == ["feedback", "engagement", "accounts", "identity"]
    assert (parts["feedback"]["erased"], parts["feedback"]["kept"]) == (0, SAMPLES_OF_LAN + 1)
    assert "Luật Lưu trữ" in parts["feedback"]["why"]["vi"]
    # A contact, a place, a file; a consent and two requests.
    assert (parts["accounts"]["erased"], parts["accounts"]["kept"]) == (3, 3)
    assert "Luật 91/2025" in parts["accounts"]["why"]["vi"]
    assert (parts["engagement"]["erased"], parts["engagement"]["kept"]) == (1, 0)


async def test_after_an_erasure_nothing_tells_who_the_person_was(city: AskedCity) -> None:
    node = await erased(city)

    def left(session: Session) -> tuple[str, list[str]]:
        link = session.exec(select(LinkRow).where(LinkRow.person == "person-lan")).one()
        who = session.get(PersonRow, "person-lan")
        return who.status if who else "", [link.name, link.birth, link.last3]

    assert await city.hosted("accounts").database.read(left) == ("ERASED", ["", "", ""])
    assert await city.refused("{ me { id } }", by="lan") == ["PERSON_ERASED"]
    assert await city.refused(REQUEST, by="lan", kind="EXPORT") == ["PERSON_ERASED"]
    assert await city.ask("{ me { delegations { id } } }", by="minh") == {"me": {"delegations": []}}
    ended = {each["why"] for each in await told(city, "identity.session_ended")}
    assert ended == {"ERASED"}
    one = (await city.ask(ONE, by="dpo", id=node["id"]))["dataRequest"]
    assert (one["note"], one["reason"]) == ("", "Theo yêu cầu")
    reports = "{ reports(first: 100) { nodes { title } } myReports { totalCount } }"
    assert (await city.ask(reports, by="lan"))["myReports"] == {"totalCount": 0}
    titles = [each["title"] for each in (await city.ask(reports, by="minh"))["reports"]["nodes"]]
    assert "Ổ gà trước nhà" in titles
    kept = await kept_texts(city)
    assert "accounts_place" not in kept
    assert await lines(city, "person-lan", "PERSON_ERASED") == [("PERSON_ERASED", "person-dpo", "Account:person-lan")]


async def test_whoever_was_erased_and_signs_in_again_is_somebody_new(city: AskedCity) -> None:
    await erased(city)
    secrets = city.context("accounts").services.secrets
    again = links.Told("another-subject", "999190000001", "Nguyễn Thị Lan", "1990-03-12", 2)
    link = await city.hosted("accounts").database.change(links.link, secrets, "vneid", again, 1)
    assert link.is_new
    assert link.person != "person-lan"


async def test_a_person_who_holds_an_office_is_not_erased_and_no_plugin_is_asked(city: AskedCity) -> None:
    assert await city.refused(SUBMIT_REPORT, by="officer") == []
    id = await requested(city, "ERASE", "officer")
    assert await city.refused(ANSWER, by="dpo", id=id, done=True) == ["HOLDS_OFFICE"]
    assert await city.ask("{ myReports { totalCount } }", by="officer") == {"myReports": {"totalCount": 1}}
    assert await city.ask("{ me { status } }", by="officer") == {"me": {"status": "ACTIVE"}}


async def test_without_the_answer_of_a_plugin_that_must_nobody_is_erased(
    tmp_path: Any, open_test_city: OpenCity
) -> None:
    config = tmp_path / "plugins.toml"
    config.write_text(
        '[roles]\nCITIZEN = ["feedback:submit"]\nDPO = ["accounts:answer_requests"]\n[plugins.feedback]\n'
        '[plugins.accounts]\n[plugins.accounts.settings]\nmust_answer = ["feedback", "engagement"]\n'
    )
    async with open_test_city(config) as city:
        id = await requested(city, "ERASE")
        assert await city.refused(ANSWER, by="dpo", id=id, done=True) == ["PLUGIN_SILENT"]
        assert await city.ask("{ me { status } }", by="lan") == {"me": {"status": "ACTIVE"}}
        file = (await city.ask(REQUEST, by="lan", kind="EXPORT"))["requestMyData"]["node"]
        assert file["state"] == "RECEIVED"
        waiting = await city.ask(QUEUE, by="dpo", state="RECEIVED")
        assert {node["id"] for node in waiting["dataRequestQueue"]["nodes"]} == {id, file["id"]}


@pytest.mark.parametrize("by", ["minh", "officer", "admin"])
async def test_only_the_office_puts_the_question_that_erases(city: AskedCity, by: str) -> None:
    before = await city.ask("{ myReports { totalCount } }", by="lan")
    for question in ("accounts_erase", "accounts_export"):
        assert await city.context("accounts", by).ask(question, person="person-lan") == []
    assert before["myReports"]["totalCount"] == SAMPLES_OF_LAN
    assert await city.ask("{ myReports { totalCount } }", by="lan") == before
