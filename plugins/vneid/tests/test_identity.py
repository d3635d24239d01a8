"""One's own e-ID: seen by oneself alone, raised by stepping up, unlinked with all that hangs on it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
import structlog
from sqlmodel import Session, select

from gateway.host.testing import AskedCity
from gateway.plugin import Actor
from gateway.request import RequestScope
from gateway.subgraphs.errors import mask_exception
from identity import audit, delegations, sessions
from identity.levels import LevelTooLow
from identity.people import person_named
from identity.tables import LinkRow, SessionRow

ALL = "{ myIdentity { id level name last3 birthYear linkedAt provider stepUp { level url } } }"
PERSONAL = "{ myIdentity { name last3 birthYear linkedAt provider } }"
UNLINK = """mutation { unlinkIdentity(input: {clientMutationId: "u1"}) {
  node { providers sessionsEnded } userErrors { code message } clientMutationId } }"""
NOTHING = {"name": None, "last3": None, "birthYear": None, "linkedAt": None, "provider": None}


async def changed(city: AskedCity, rule: Any, *args: Any) -> Any:
    return await city.hosted("vneid").database.change(rule, *args)


async def begun(city: AskedCity, person: str) -> str:
    """The id of a session of theirs."""
    given = sessions.Opened("WEB", "Firefox, Linux", "vneid", "", 2, "LoA2", 0)

    def rule(session: Session) -> str:
        return sessions.begin(session, person, given, time.time_ns() // 1000)[0].id

    id: str = await changed(city, rule)
    return id


async def test_one_sees_what_the_e_id_told_of_oneself(city: AskedCity) -> None:
    shown = (await city.ask(ALL, by="lan"))["myIdentity"]
    assert shown.pop("linkedAt").endswith("+07:00")
    assert shown == {
        "id": "Identity:person-lan",
        "level": 2,
        "name": "Nguyễn Thị Lan",
        "last3": "001",
        "birthYear": 1990,
        "provider": "vneid",
        "stepUp": None,
    }


async def test_who_has_level_1_is_told_the_way_to_2(city: AskedCity) -> None:
    shown = (await city.ask(ALL, by="minh"))["myIdentity"]
    assert (shown["level"], shown["name"]) == (1, "Trần Văn Minh")
    assert shown["stepUp"] == {"level": 2, "url": "/sign-in?step_up=1&level=2"}
    nobody = (await city.ask(ALL, by=Actor(id="person-minh", level=0)))["myIdentity"]
    assert nobody["stepUp"] == {"level": 1, "url": "/sign-in?step_up=1&level=1"}


async def test_a_lower_level_of_the_session_is_the_one_that_counts(city: AskedCity) -> None:
    lan = replace(city.actor("lan"), level=1)
    assert (await city.ask("{ myIdentity { level opens { key } } }", by=lan))["myIdentity"]["level"] == 1
    assert await city.refused(UNLINK, by=lan) == ["LEVEL_TOO_LOW"]


async def test_who_has_no_link_has_nothing_to_see(city: AskedCity) -> None:
    assert await city.ask(PERSONAL, by=Actor(id="person-unlinked", level=1)) == {"myIdentity": NOTHING}


async def test_a_helper_sees_nothing_of_whom_they_help_and_unlinks_nothing(city: AskedCity) -> None:
    lan, minh = replace(city.actor("lan"), roles=frozenset({"CITIZEN"})), city.actor("minh")

    def delegate(session: Session) -> None:
        now = time.time_ns() // 1000
        row = delegations.give(session, lan, minh.id, ["feedback:submit"], "", now + 3600 * 1_000_000, now)
        delegations.accept(session, row.id, minh, now)

    await changed(city, delegate)
    helper = replace(lan, delegate=minh.id)
    assert await city.ask(PERSONAL, by=helper) == {"myIdentity": NOTHING}
    assert await city.refused(UNLINK, by=helper) == ["FORBIDDEN"]
    assert (await city.ask(PERSONAL, by="lan"))["myIdentity"]["name"] == "Nguyễn Thị Lan"


async def test_nobody_elses_e_id_is_seen_by_its_key(city: AskedCity) -> None:
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Identity { name last3 birthYear } } }"
    schema = city.hosted("vneid").assembly.schemas["vneid"]
    for by in ("lan", "officer", "admin", "dpo", "auditor", None):
        keys = [f"Identity:person-{name}" for name in ("lan", "minh", "admin")]
        asked = {"r": [{"__typename": "Identity", "id": key} for key in keys]}
        result = await schema.execute(query, variable_values=asked, context_value=city.context("vneid", by))
        assert result.errors is None
        assert result.data is not None
        seen = [entity["name"] if entity else None for entity in result.data["_entities"]]
        own = {"lan": ["Nguyễn Thị Lan", None, None], "admin": [None, None, "Đỗ Hải Yến"]}
        assert seen == own.get(by or "", [None, None, None])


async def test_unlinking_needs_level_2_and_says_the_way_there(city: AskedCity) -> None:
    answer = (await city.ask(UNLINK, by="minh"))["unlinkIdentity"]
    text = "This needs level 2 of the e-ID: raise yours at /sign-in?step_up=1&level=2."
    assert answer == {
        "node": None,
        "userErrors": [{"code": "LEVEL_TOO_LOW", "message": text}],
        "clientMutationId": "u1",
    }
    assert await city.refused(UNLINK) == ["UNAUTHENTICATED"]
    assert (await city.ask(PERSONAL, by="minh"))["myIdentity"]["name"] == "Trần Văn Minh"


def test_the_level_gate_tells_a_client_the_level_and_the_address() -> None:
    assert mask_exception(LevelTooLow(2), "vneid", RequestScope(), ["myDossiers"]) == {
        "message": "This needs level 2 of the e-ID: raise yours at /sign-in?step_up=1&level=2.",
        "path": ["myDossiers"],
        "extensions": {"code": "LEVEL_TOO_LOW", "needed": 2, "url": "/sign-in?step_up=1&level=2", "service": "vneid"},
    }


async def test_unlinking_takes_out_what_was_told_and_ends_all_of_ones_sessions(city: AskedCity) -> None:
    lans = sorted([await begun(city, "person-lan"), await begun(city, "person-lan")])
    minhs = await begun(city, "person-minh")
    lan = replace(city.actor("lan"), session=lans[0])
    answer = (await city.ask(UNLINK, by=lan))["unlinkIdentity"]
    assert answer == {
        "node": {"providers": ["vneid"], "sessionsEnded": 2},
        "userErrors": [],
        "clientMutationId": "u1",
    }

    def kept(session: Session) -> Any:
        row = session.exec(select(LinkRow).where(LinkRow.person == "person-lan")).one()
        ended = {id: session.get_one(SessionRow, id).ended_why for id in [*lans, minhs]}
        line = audit.of_subject(session, "person-lan", first=1)[0]
        return (row.name, row.birth, row.last3, row.level), ended, (line.act, line.actor, line.session)

    assert await changed(city, kept) == (
        ("", "", "", 0),
        {lans[0]: "UNLINKED", lans[1]: "UNLINKED", minhs: ""},
        ("UNLINKED", "person-lan", lans[0]),
    )
    assert await city.ask(PERSONAL, by="lan") == {"myIdentity": NOTHING}
    assert await city.refused(UNLINK, by="lan") == ["LINK_UNKNOWN"]


async def test_every_process_hears_which_sessions_ended_by_it(city: AskedCity) -> None:
    lans = sorted([await begun(city, "person-lan"), await begun(city, "person-lan")])
    await city.ask(UNLINK, by="lan")
    heard = []
    async with asyncio.timeout(10):
        async for event in city.context("vneid").events("identity.session_ended", after="0"):
            heard.append(dict(event.data))
            if len(heard) == 2:
                break
    told = [{"session": id, "person": "person-lan", "why": "UNLINKED"} for id in lans]
    assert sorted(heard, key=lambda data: str(data["session"])) == told


async def test_a_refused_unlinking_changes_nothing_and_tells_nobody(city: AskedCity) -> None:
    minhs = await begun(city, "person-minh")
    assert await city.refused(UNLINK, by="minh") == ["LEVEL_TOO_LOW"]

    def kept(session: Session) -> Any:
        lines = [line.act for line in audit.of_actor(session, "person-minh")]
        return session.get_one(SessionRow, minhs).ended_at, lines

    assert await changed(city, kept) == (None, [])


@pytest.mark.parametrize("broken", ["name", "birth"])
async def test_what_cannot_be_opened_is_masked_and_not_logged(
    city: AskedCity, broken: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def spoil(session: Session) -> str:
        row = session.exec(select(LinkRow).where(LinkRow.person == "person-lan")).one()
        text: str = getattr(row, broken)
        setattr(row, broken, text[:-4] + "AAA=")
        return text

    sealed: str = await changed(city, spoil)
    with structlog.testing.capture_logs() as logs:
        answer = await city.answer("{ myIdentity { level name birthYear } }", by="lan")
    assert answer["data"] == {"myIdentity": {"level": 2, "name": None, "birthYear": None}}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"INTERNAL_SERVER_ERROR"}
    written = "".join([repr(logs), repr(answer), caplog.text, *capfd.readouterr()])
    lan = person_named("lan")
    for secret in (lan.citizen_id, lan.full_name, lan.birth_date, sealed, sealed[:40]):
        assert secret not in written
