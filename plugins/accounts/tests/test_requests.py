"""Requests about one's data: the file, the correction, the restriction, and who read what."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from gateway.host.testing import AskedCity, OpenCity
from identity.tables import PersonRow
from plugins.accounts.models import FileRow
from plugins.accounts.service.files import fetch_file
from plugins.accounts.tests.asks import (
    ACCESS,
    ADD_CONTACT,
    ANSWER,
    BEN_THANH,
    FILE,
    GIVE,
    LIFT,
    ONE,
    PHONE,
    QUEUE,
    REQUEST,
    SAVE_PLACE,
    SESSIONS,
    WITHDRAW_REQUEST,
    kept_texts,
    lines,
    report_told,
    requested,
    signed_in,
    verified,
)
from plugins.accounts.tests.test_rights import told
from schema.micros import DAY_US, now_us


async def file_of(city: AskedCity, by: Any = "lan") -> dict[str, Any]:
    id = await requested(city, "EXPORT", by)
    whole: dict[str, Any] = json.loads((await city.ask(FILE, by=by, id=id))["myDataFile"])
    return whole


async def test_the_file_holds_what_identity_and_all_plugins_hold(city: AskedCity) -> None:
    lan = await signed_in(city, device="Firefox, Windows")
    await verified(city)
    await city.ask(SAVE_PLACE, by="lan", input={"label": "Nhà", "point": BEN_THANH})
    await city.ask(GIVE, by="lan", purpose="LOCATION_ALERTS")
    code = await report_told(city)
    whole = await file_of(city, lan)
    assert set(whole) == {"format", "made_at", "identity", "accounts", "feedback", "engagement"}
    identity, accounts = whole["identity"], whole["accounts"]
    assert identity["account"]["code"] == "person-lan"
    link = identity["electronic_identities"][0]
    shown = (link["name"], link["birth_date"], link["last_3_digits"], link["level"])
    assert shown == ("Nguyễn Thị Lan", "1990-03-12", "001", 2)
    assert [each["device"] for each in identity["sessions"]] == ["Firefox, Windows"]
    assert {each["act"] for each in identity["audit_log"]} >= {"CONTACT_ADDED", "CONSENT_GIVEN", "DATA_REQUESTED"}
    assert [each["value"] for each in accounts["contacts"]] == ["+84912345678"]
    assert [(each["label"], each["ward"]) for each in accounts["saved_places"]] == [("Nhà", "26743")]
    assert [each["purpose"] for each in accounts["consents"]] == ["LOCATION_ALERTS"]
    assert whole["feedback"]["reports"][0]["code"] == code
    assert [each["kind"] for each in whole["engagement"]["notifications"]] == ["REPORT_SUBMITTED"]
    assert "999190000001" not in json.dumps(whole)
    assert await lines(city, "person-lan", "DATA_FILE_FETCHED") != []


async def test_the_file_of_another_person_has_none_of_it(city: AskedCity) -> None:
    await verified(city)
    await report_told(city)
    assert "Nguyễn Thị Lan" in json.dumps(await file_of(city), ensure_ascii=False)
    minh = json.dumps(await file_of(city, "minh"), ensure_ascii=False)
    assert [each for each in ("person-lan", "912345678", "Nguyễn Thị Lan") if each in minh] == []


async def test_the_file_stands_sealed_and_is_gone_after_seven_days(city: AskedCity) -> None:
    id = await requested(city, "EXPORT")
    kept = await kept_texts(city)
    assert "Nguyễn Thị Lan" not in kept
    assert "electronic_identities" not in kept
    context = city.context("accounts", "lan")
    local, secrets = id.partition(":")[2], context.services.secrets
    almost = now_us() + 7 * DAY_US - 60_000_000
    assert (await context.change(fetch_file, local, context.actor, secrets, almost)).startswith("{")
    with pytest.raises(Exception, match="kept for some days only"):
        await context.change(fetch_file, local, context.actor, secrets, now_us() + 7 * DAY_US)
    await context.change(lambda session: [setattr(row, "expires_at", 1) for row in session.exec(select(FileRow))])
    assert await city.refused(FILE, by="lan", id=id) == ["FILE_GONE"]
    await requested(city, "EXPORT")
    bodies = await context.read(lambda session: [row.body == "" for row in session.exec(select(FileRow))])
    assert sorted(bodies) == [False, True]


async def test_a_file_that_is_too_large_waits_for_the_office(tmp_path: Path, open_test_city: OpenCity) -> None:
    config = tmp_path / "plugins.toml"
    config.write_text(
        '[roles]\nDPO = ["accounts:answer_requests"]\n[plugins.accounts]\n'
        "[plugins.accounts.settings]\nfile_max_bytes = 1000\n"
    )
    async with open_test_city(config) as city:
        id = await requested(city, "EXPORT")
        assert await city.refused(FILE, by="lan", id=id) == ["NOT_FOUND"]
        assert await city.refused(ANSWER, by="dpo", id=id, done=True) == ["FILE_TOO_LARGE"]
        why = "Tệp quá lớn: mời bạn nhận trực tiếp."
        assert await city.refused(ANSWER, by="dpo", id=id, done=False, reason=why) == []
        assert (await city.ask(ONE, by="lan", id=id))["dataRequest"]["reason"] == why


async def test_a_request_is_made_once_under_its_key_and_once_at_a_time(city: AskedCity) -> None:
    asked = {"by": "lan", "kind": "CORRECT", "note": "Sai ngày sinh", "key": "k1"}
    first, second = [(await city.ask(REQUEST, **asked))["requestMyData"] for _ in range(2)]
    assert first == second
    assert first["node"] | {"id": ""} == {"id": "", "kind": "CORRECT", "state": "RECEIVED", "note": "Sai ngày sinh"}
    assert await city.refused(REQUEST, by="lan", kind="CORRECT", note="Khác") == ["ALREADY_ASKED"]
    assert await city.refused(REQUEST, by="lan", kind="CORRECT") == ["NOTE_REQUIRED"]
    assert await city.refused(REQUEST, by="lan", kind="ERASE", note="a" * 1001) == ["NOTE_TOO_LONG"]
    assert "Sai ngày sinh" not in await kept_texts(city)
    local = first["node"]["id"].partition(":")[2]
    received = {"id": local, "person": "person-lan", "kind": "CORRECT", "state": "RECEIVED"}
    assert await told(city, "accounts.request_received") == [received]


async def test_ten_requests_a_day_are_taken(city: AskedCity) -> None:
    for _ in range(10):
        await requested(city, "EXPORT")
    assert await city.refused(REQUEST, by="lan", kind="EXPORT") == ["TOO_MANY_REQUESTS"]


async def test_a_request_is_withdrawn_until_it_is_answered(city: AskedCity) -> None:
    id = await requested(city, "ERASE")
    for _ in range(2):
        assert await city.ask(WITHDRAW_REQUEST, by="lan", id=id) == {
            "withdrawDataRequest": {"node": {"state": "WITHDRAWN"}, "userErrors": []}
        }
    assert await city.refused(ANSWER, by="dpo", id=id, done=True) == ["ALREADY_ANSWERED"]
    done = await requested(city, "EXPORT")
    assert await city.refused(WITHDRAW_REQUEST, by="lan", id=done) == ["ALREADY_ANSWERED"]


async def test_the_office_answers_and_the_person_reads_why(city: AskedCity) -> None:
    id = await requested(city, "CORRECT", note="Sai tên đệm")
    why = "Họ tên lấy từ VNeID: xin sửa tại công an nơi cư trú."
    assert await city.refused(ANSWER, by="dpo", id=id, done=False) == ["REASON_NEEDED"]
    assert await city.refused(ANSWER, by="dpo", id=id, done=False, reason="a" * 481) == ["REASON_TOO_LONG"]
    assert await city.refused(ANSWER, by="dpo", id=id, done=False, reason=why) == []
    assert await city.refused(ANSWER, by="dpo", id=id, done=True) == ["ALREADY_ANSWERED"]
    one = {"id": id, "kind": "CORRECT", "state": "REFUSED", "note": "Sai tên đệm", "reason": why}
    assert await city.ask(ONE, by="lan", id=id) == {"dataRequest": one}
    local = id.partition(":")[2]
    answered = {"id": local, "person": "person-lan", "kind": "CORRECT", "state": "REFUSED"}
    assert await told(city, "accounts.request_answered") == [answered]
    assert why not in await kept_texts(city)


async def test_nobody_answers_their_own_request(city: AskedCity) -> None:
    id = await requested(city, "CORRECT", "dpo", "Sai tên")
    assert await city.refused(ANSWER, by="dpo", id=id, done=True) == ["SELF_ANSWER"]


async def test_the_queue_is_by_when_a_reply_is_due_and_shows_no_notes_unnoted(city: AskedCity) -> None:
    first = await requested(city, "CORRECT", "lan", "Sai tên")
    second = await requested(city, "ERASE", "minh")
    exported = await requested(city, "EXPORT", "hoa")
    page = (await city.ask(QUEUE, by="dpo", state="RECEIVED", first=1))["dataRequestQueue"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    rest = await city.ask(QUEUE, by="dpo", state="RECEIVED", after=page["pageInfo"]["endCursor"])
    ids = [node["id"] for node in page["nodes"] + rest["dataRequestQueue"]["nodes"]]
    assert ids == [first, second]
    everything = (await city.ask(QUEUE, by="dpo"))["dataRequestQueue"]["nodes"]
    assert [node["id"] for node in everything] == [first, second, exported]
    assert await lines(city, "person-lan", "DATA_REQUEST_READ") == []


async def test_the_person_sees_who_read_their_request_by_role_and_agency(city: AskedCity) -> None:
    id = await requested(city, "CORRECT", note="Sai tên")
    assert await city.ask(ACCESS, by="lan", first=5) == {
        "whoReadMyData": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    }
    node = (await city.ask(ONE, by="dpo", id=id))["dataRequest"]
    assert node["note"] == "Sai tên"
    assert await lines(city, "person-lan", "DATA_REQUEST_READ") == [("DATA_REQUEST_READ", "person-dpo", id)]
    assert await city.refused(ANSWER, by="dpo", id=id, done=True, reason="Đã sửa") == []
    page = (await city.ask(ACCESS, by="lan", first=1))["whoReadMyData"]
    office = {"roles": ["DPO"], "agency": {"key": "VP-UBND"}, "what": "DataRequest"}
    answered = {"act": "DATA_REQUEST_ANSWERED", "title": {"vi": "Trả lời yêu cầu về dữ liệu của bạn"}, **office}
    assert (page["totalCount"], page["nodes"], page["pageInfo"]["hasNextPage"]) == (2, [answered], True)
    rest = (await city.ask(ACCESS, by="lan", first=1, after=page["pageInfo"]["endCursor"]))["whoReadMyData"]
    read = {"act": "DATA_REQUEST_READ", "title": {"vi": "Đọc yêu cầu về dữ liệu của bạn"}, **office}
    assert (rest["nodes"], rest["pageInfo"]["hasNextPage"]) == ([read], False)
    assert (await city.ask(ACCESS, by="minh"))["whoReadMyData"]["totalCount"] == 0


async def test_a_restriction_holds_at_once_until_it_is_lifted(city: AskedCity) -> None:
    lan = await signed_in(city)
    await requested(city, "RESTRICT", lan)
    ended = [(each["session"], each["why"]) for each in await told(city, "identity.session_ended")]
    assert ended == [(lan.session, "RESTRICTED")]
    assert await city.ask(SESSIONS, by=lan) == {"mySessions": []}
    assert await city.ask("{ me { status } }", by="lan") == {"me": {"status": "RESTRICTED"}}
    assert await city.refused(ADD_CONTACT, by="lan", kind="PHONE", value=PHONE) == ["RESTRICTED"]
    assert await city.refused(GIVE, by="lan", purpose="LOCATION_ALERTS") == ["RESTRICTED"]
    place = {"label": "Nhà", "point": BEN_THANH}
    assert await city.refused(SAVE_PLACE, by="lan", input=place) == ["RESTRICTED"]
    await requested(city, "EXPORT")
    assert await city.ask(LIFT, by="lan") == {"liftRestriction": {"node": {"status": "ACTIVE"}, "userErrors": []}}
    assert await city.refused(ADD_CONTACT, by="lan", kind="PHONE", value=PHONE) == []
    acts = await lines(city, "person-lan", "PERSON_RESTRICTED", "RESTRICTION_LIFTED")
    assert [act for act, _, _ in acts] == ["PERSON_RESTRICTED", "RESTRICTION_LIFTED"]


async def test_a_restriction_of_one_person_leaves_the_others(city: AskedCity) -> None:
    await requested(city, "RESTRICT")

    def standings(session: Session) -> dict[str, str]:
        return {row.id: row.status for row in session.exec(select(PersonRow))}

    found = await city.hosted("accounts").database.read(standings)
    assert {id for id, status in found.items() if status != "ACTIVE"} == {"person-lan"}
