"""What the tests ask, and short ways to contacts, sessions and requests."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from gateway.host.testing import AskedCity
from gateway.plugin import Actor
from identity import sessions
from identity.tables import AuditRow
from schema.micros import now_us

CITIZEN = frozenset({"CITIZEN"})
SUBMIT = frozenset({"feedback:submit"})

ADD_CONTACT = """mutation($kind: ContactKind!, $value: String!, $key: String) {
  addContact(input: {kind: $kind, value: $value, clientMutationId: $key}) {
    node { id kind value verifiedAt } userErrors { code field } } }"""
VERIFY = """mutation($id: ID!, $code: String!) {
  verifyContact(input: {id: $id, code: $code}) { node { id verifiedAt } userErrors { code field } } }"""
REMOVE_CONTACT = """mutation($id: ID!, $confirm: Boolean! = false) {
  removeContact(input: {id: $id, confirm: $confirm}) { node { id } userErrors { code field } } }"""
CONTACTS = "{ me { contacts { id kind value } } }"
OUTBOX = "{ devOutbox { kind to text } }"
PROFILE = "{ me { language channels quietHours { from to } version } }"
UPDATE = """mutation($input: UpdateProfileInput!) {
  updateProfile(input: $input) { node { language channels quietHours { from to } version }
    userErrors { code field } } }"""
SAVE_PLACE = """mutation($input: SavePlaceInput!) {
  savePlace(input: $input) { node { id label point { lat lng } wardCode ward { fullName } }
    userErrors { code field } } }"""
REMOVE_PLACE = "mutation($id: ID!) { removePlace(input: {id: $id}) { node { label } userErrors { code field } } }"
PLACES = "{ me { savedPlaces { id label wardCode } } }"
SESSIONS = "{ mySessions { id channel device level isThis } }"
END_SESSION = "mutation($id: ID!) { endSession(input: {id: $id}) { node { id } userErrors { code field } } }"
END_OTHERS = "mutation { endOtherSessions(input: {}) { node { ids } userErrors { code } } }"
GIVE = """mutation($purpose: String!, $version: Int! = 1) {
  giveConsent(input: {purpose: $purpose, version: $version}) { node { purpose version withdrawnAt }
    userErrors { code field } } }"""
WITHDRAW = """mutation($purpose: String!) {
  withdrawConsent(input: {purpose: $purpose}) { node { purpose version } userErrors { code field } } }"""
DELEGATE = """mutation($input: DelegateInput!) {
  delegate(input: $input) { node { id side personCode helperCode scopes { key name { vi } } note acceptedAt }
    userErrors { code field } } }"""
ACCEPT = "mutation($id: ID!) { acceptDelegation(input: {id: $id}) { node { side } userErrors { code field } } }"
REVOKE = "mutation($id: ID!) { revokeDelegation(input: {id: $id}) { node { side } userErrors { code field } } }"
DELEGATIONS = "{ me { delegations { id side } } }"
REQUEST = """mutation($kind: DataRequestKind!, $note: String! = "", $key: String) {
  requestMyData(input: {kind: $kind, note: $note, clientMutationId: $key}) {
    node { id kind state note } userErrors { code field } } }"""
WITHDRAW_REQUEST = """mutation($id: ID!) {
  withdrawDataRequest(input: {id: $id}) { node { state } userErrors { code field } } }"""
ANSWER = """mutation($id: ID!, $done: Boolean!, $reason: String! = "") {
  answerDataRequest(input: {id: $id, done: $done, reason: $reason}) {
    node { state result { plugin erased kept why { vi } } } userErrors { code field } } }"""
LIFT = "mutation { liftRestriction(input: {}) { node { status } userErrors { code } } }"
ONE = "query($id: ID!) { dataRequest(id: $id) { id kind state note reason } }"
QUEUE = """query($state: DataRequestState, $first: Int, $after: String) {
  dataRequestQueue(state: $state, first: $first, after: $after) {
    totalCount nodes { id kind state } pageInfo { hasNextPage endCursor } } }"""
FILE = "query($id: ID!) { myDataFile(id: $id) }"
ACCESS = """query($first: Int, $after: String) {
  whoReadMyData(first: $first, after: $after) {
    totalCount nodes { act title { vi } roles agency { key } what } pageInfo { hasNextPage endCursor } } }"""

SUBMIT_REPORT = """mutation { submitReport(input: {category: "GIAO_THONG", title: "Ổ gà trước nhà"}) {
  node { code } userErrors { code } } }"""

BEN_THANH = {"lat": 10.7725, "lng": 106.6980}
PHONE = "0912 345 678"


async def added(city: AskedCity, by: str | Actor = "lan", kind: str = "PHONE", value: str = PHONE) -> str:
    """The id of a contact that a code has been sent to."""
    payload = (await city.ask(ADD_CONTACT, by=by, kind=kind, value=value))["addContact"]
    assert payload["userErrors"] == []
    id: str = payload["node"]["id"]
    return id


async def last_code(city: AskedCity, by: str | Actor = "lan") -> str:
    message: str = (await city.ask(OUTBOX, by=by))["devOutbox"][0]["text"]
    return re.findall(r"\b\d{6}\b", message)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def verified(city: AskedCity, by: str | Actor = "lan", kind: str = "PHONE", value: str = PHONE) -> str:
    id = await added(city, by, kind, value)
    assert await city.refused(VERIFY, by=by, id=id, code=await last_code(city, by)) == []
    return id


async def requested(city: AskedCity, kind: str, by: str | Actor = "lan", note: str = "") -> str:
    payload = (await city.ask(REQUEST, by=by, kind=kind, note=note))["requestMyData"]
    assert payload["userErrors"] == []
    id: str = payload["node"]["id"]
    return id


async def signed_in(city: AskedCity, person: str = "person-lan", device: str = "Chrome, Android") -> Actor:
    """The actor of a session begun now."""
    opened = sessions.Opened("WEB", device, "vneid", "", 2, "", now_us())

    def begin(session: Session) -> str:
        return sessions.start(session, person, opened, now_us()).id

    id: str = await city.hosted("accounts").database.change(begin)
    return Actor(person, level=2, roles=CITIZEN, scopes=SUBMIT, session=id)


async def lines(city: AskedCity, person: str, *acts: str) -> list[tuple[str, str, str]]:
    """(act, actor, object) of the audit log's lines about a person; of ``acts`` where some are named."""

    def read(session: Session) -> list[tuple[str, str, str]]:
        rows = session.exec(select(AuditRow).where(AuditRow.subject == person).order_by(col(AuditRow.seq)))
        return [(row.act, row.actor, row.object) for row in rows if not acts or row.act in acts]

    found: list[tuple[str, str, str]] = await city.hosted("accounts").database.read(read)
    return found


async def report_told(city: AskedCity, person: str = "person-lan") -> str:
    """The code of a report that the person submits, once they were notified of it."""
    payload = (await city.ask(SUBMIT_REPORT, by=person.removeprefix("person-")))["submitReport"]
    assert payload["userErrors"] == []
    told = text("SELECT count(*) FROM engagement_notification WHERE recipient = :person").bindparams(person=person)
    read = city.city.database.read
    async with asyncio.timeout(10):
        while not await read(lambda session: session.execute(told).scalar_one()):  # noqa: ASYNC110, listeners run beside
            await asyncio.sleep(0.02)
    code: str = payload["node"]["code"]
    return code


async def kept_texts(city: AskedCity) -> str:
    """All that stands in the plugin's tables and in those of requests done once, as one text."""

    def read(session: Session) -> str:
        connection = session.connection()
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE 'accounts_%' OR name LIKE 'gateway_%')"
        )
        return "\n".join(
            repr(tuple(row)) for (name,) in names.all() for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
        )

    found: str = await city.hosted("accounts").database.read(read)
    return found


def errors(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]
