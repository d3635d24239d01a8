"""One of each thing that belongs to lan (and a draft of the alerter's), made as people make it."""

from __future__ import annotations

import asyncio
import secrets
import string
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from gateway.host.testing import AskedCity
from identity import sessions

TITLE = "Chó dữ thả rông trong hẻm quachthimo"
"""Of the private report. Its last word is in no other."""
SUBMIT = """mutation {
  submitReport(input: {
    category: "%s", title: "%s", visibility: PRIVATE, location: {point: {lat: 10.7769, lng: 106.7009}}
  }) {
    node { id code }
    userErrors { code message }
  }
}"""
STEP = "mutation { %s(input: {id: %s%s}) { userErrors { code message } } }"
DRAFT = """mutation($expires: DateTime!) {
  draftAlert(input: {
    category: MET, urgency: EXPECTED, severity: SEVERE, certainty: LIKELY, expires: $expires
    event: {vi: "Mưa lớn", en: "Heavy rain"}, headline: {vi: "Mưa lớn chiều nay", en: "Heavy rain this afternoon"}
    description: {vi: "Mưa lớn.", en: "Heavy rain."}, instruction: {vi: "Ở trong nhà.", en: "Stay inside."}
    areaDesc: {vi: "Toàn thành phố", en: "The whole city"}
  }) { node { id } userErrors { code message } }
}"""
CONTACT = 'mutation { addContact(input: {kind: PHONE, value: "0909000001"}) { node { id } userErrors { code } } }'
PLACE = """mutation {
  savePlace(input: {label: "Nhà", point: {lat: 10.7769, lng: 106.7009}}) { node { id } userErrors { code message } }
}"""
REQUEST = "mutation { requestMyData(input: {kind: %s}) { node { id } userErrors { code message } } }"
DELEGATE = """mutation($until: DateTime!, $helper: String!) {
  delegate(input: {helper: $helper, scopes: ["feedback:submit"], until: $until}) {
    node { id } userErrors { code message }
  }
}"""


async def belongings(city: AskedCity) -> dict[str, str]:
    """Thing -> global id. ``code``: the report's, which no id is."""
    report = await _made(city, SUBMIT % (await _category(city), TITLE), "lan")
    await _step(city, "receiveReport", report["id"], "operator")
    await _step(city, "forwardReport", report["id"], "operator", ', agencyKey: "SXD"')
    later = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    tu = await city.ask("{ me { code } }", by="tu")
    return {
        "report": report["id"],
        "code": report["code"],
        "draft": (await _made(city, DRAFT, "alerter", expires=later))["id"],
        "notification": await _notification(city),
        "identity": "Identity:person-lan",
        "account": (await city.ask("{ me { id } }", by="lan"))["me"]["id"],
        "contact": (await _made(city, CONTACT, "lan"))["id"],
        "place": (await _made(city, PLACE, "lan"))["id"],
        "session": await city.city.database.change(_session),
        "delegation": (await _made(city, DELEGATE, "lan", until=later, helper=tu["me"]["code"]))["id"],
        "file": (await _made(city, REQUEST % "EXPORT", "lan"))["id"],
        "request": (await _made(city, REQUEST % "ERASE", "lan"))["id"],
    }


def unlike(id: str) -> str:
    """An id of the same look, of nothing."""
    head, _, tail = id.partition(":")
    if tail.isdigit():
        return f"{head}:{10**12 + secrets.randbelow(10**6)}"
    return f"{head}:{''.join(secrets.choice(string.ascii_lowercase) for _ in tail)}"


async def _category(city: AskedCity) -> str:
    found = await city.ask("{ reportCategories { code kind } }")
    return next(str(each["code"]) for each in found["reportCategories"] if each["kind"] == "INCIDENT")


async def _made(city: AskedCity, mutation: str, by: str, **variables: Any) -> dict[str, Any]:
    (payload,) = (await city.ask(mutation, by=by, **variables)).values()
    assert not payload["userErrors"], payload
    node: dict[str, Any] = payload["node"]
    return node


async def _step(city: AskedCity, field: str, id: str, by: str, more: str = "") -> None:
    answer = await city.ask(STEP % (field, f'"{id}"', more), by=by)
    assert answer[field]["userErrors"] == []


async def _notification(city: AskedCity) -> str:
    """It comes by an event, soon after."""
    async with asyncio.timeout(10):
        while not (found := await city.ask("{ inbox { nodes { id } } }", by="lan"))["inbox"]["nodes"]:
            await asyncio.sleep(0.02)
    return str(found["inbox"]["nodes"][0]["id"])


def _session(session: Session) -> str:
    now = time.time_ns() // 1000
    opened = sessions.Opened("APP", "Android", "simulator", "sid-1", 1, "1", now)
    return f"SignedInSession:{sessions.start(session, 'person-lan', opened, now).id}"
