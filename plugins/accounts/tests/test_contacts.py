"""Contacts: added, shown to be one's own by a code, removed."""

import asyncio
import secrets as random
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from gateway.host.testing import AskedCity, OpenCity
from gateway.plugin import Actor, Context, Refused, Services
from identity.sealing import new_key
from identity.tables import PersonRow
from plugins.accounts.service import contacts
from plugins.accounts.service.codes import GOOD_FOR_US
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.terms import ContactKind
from plugins.accounts.tests.asks import (
    ADD_CONTACT,
    CITIZEN,
    CONTACTS,
    OUTBOX,
    PHONE,
    REMOVE_CONTACT,
    SUBMIT,
    VERIFY,
    added,
    kept_texts,
    last_code,
    lines,
    verified,
    wrong,
)
from schema.micros import HOUR_US, now_us


async def test_a_contact_is_verified_by_the_code_that_was_sent(city: AskedCity) -> None:
    id = await added(city)
    message = (await city.ask(OUTBOX, by="lan"))["devOutbox"]
    code = await last_code(city)
    text = f"Mã xác minh của bạn là {code}, có hiệu lực trong 10 phút."
    assert message == [{"kind": "PHONE", "to": "+84912345678", "text": text}]
    done = (await city.ask(VERIFY, by="lan", id=id, code=code))["verifyContact"]
    assert done["userErrors"] == []
    assert done["node"]["verifiedAt"] is not None
    again = (await city.ask(VERIFY, by="lan", id=id, code="000000"))["verifyContact"]
    assert again["node"] == done["node"]
    assert await city.ask(CONTACTS, by="lan") == {
        "me": {"contacts": [{"id": id, "kind": "PHONE"} | {"value": "+84912345678"}]}
    }
    seen = await lines(city, "person-lan", "CONTACT_ADDED", "CONTACT_VERIFIED")
    assert seen == [(act, "person-lan", id) for act in ("CONTACT_ADDED", "CONTACT_VERIFIED")]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("PHONE", "+84 (912) 345-678", "+84912345678"),
        ("PHONE", "84912345678", "+84912345678"),
        ("EMAIL", " Lan.Nguyen@Example.VN ", "Lan.Nguyen@example.vn"),
    ],
)
async def test_a_contact_is_kept_in_one_form(city: AskedCity, kind: str, value: str, kept: str) -> None:
    node = (await city.ask(ADD_CONTACT, by="lan", kind=kind, value=value))["addContact"]["node"]
    assert (node["value"], node["verifiedAt"]) == (kept, None)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("PHONE", "02838291234", "BAD_PHONE"),
        ("PHONE", "091234567", "BAD_PHONE"),
        ("PHONE", "٠٩١٢٣٤٥٦٧٨", "BAD_PHONE"),
        ("PHONE", "0" * 10_000, "BAD_PHONE"),
        ("EMAIL", "lan@localhost", "BAD_EMAIL"),
        ("EMAIL", "lan@example.vn\nBcc: all@example.vn", "BAD_EMAIL"),
        ("EMAIL", "lan..nguyen@example.vn", "BAD_EMAIL"),
        ("EMAIL", f"{'a' * 250}@example.vn", "BAD_EMAIL"),
    ],
)
async def test_what_is_no_contact_is_refused_and_nothing_is_sent(
    city: AskedCity, kind: str, value: str, code: str
) -> None:
    assert await city.refused(ADD_CONTACT, by="lan", kind=kind, value=value) == [code]
    assert await city.ask(OUTBOX, by="lan") == {"devOutbox": []}
    assert await city.ask(CONTACTS, by="lan") == {"me": {"contacts": []}}


async def test_after_five_wrong_codes_the_right_one_is_refused_too(city: AskedCity) -> None:
    id = await added(city)
    code = await last_code(city)
    for _ in range(5):
        assert await city.refused(VERIFY, by="lan", id=id, code=wrong(code)) == ["WRONG_CODE"]
    assert await city.refused(VERIFY, by="lan", id=id, code=code) == ["TOO_MANY_TRIES"]
    assert await added(city) == id
    assert await city.refused(VERIFY, by="lan", id=id, code=await last_code(city)) == []


async def test_wrong_codes_at_once_are_all_counted(city: AskedCity) -> None:
    id = await added(city)
    guess = wrong(await last_code(city))
    told = await asyncio.gather(*(city.refused(VERIFY, by="lan", id=id, code=guess) for _ in range(20)))
    assert sorted(told) == [["TOO_MANY_TRIES"]] * 15 + [["WRONG_CODE"]] * 5


async def test_a_code_is_good_for_ten_minutes_and_only_the_last_one(city: AskedCity) -> None:
    id = await added(city)
    first = await last_code(city)
    await added(city)
    second = await last_code(city)
    if first != second:
        assert await city.refused(VERIFY, by="lan", id=id, code=first) == ["WRONG_CODE"]
    context = city.context("accounts", "lan")

    def late(session: Session, now: int) -> Any:
        given = {"secrets": context.services.secrets, "now": now}
        return contacts.verify_contact(session, id.partition(":")[2], second, context.actor, **given)

    refused = await context.change(late, now_us() + GOOD_FOR_US)
    assert isinstance(refused, Refused)
    assert refused.code == "CODE_EXPIRED"
    assert await city.refused(VERIFY, by="lan", id=id, code=second) == []


async def test_three_codes_an_hour_go_to_one_phone_whoever_asks(city: AskedCity) -> None:
    for _ in range(2):
        id = await added(city)
    assert await city.refused(REMOVE_CONTACT, by="lan", id=id) == []
    await added(city, "minh")
    assert await city.refused(ADD_CONTACT, by="lan", kind="PHONE", value=PHONE) == ["TOO_MANY_CODES"]
    assert await city.refused(ADD_CONTACT, by="hoa", kind="PHONE", value=PHONE) == ["TOO_MANY_CODES"]
    assert await city.ask(CONTACTS, by="hoa") == {"me": {"contacts": []}}
    context = city.context("accounts", "hoa")
    given = {"secrets": context.services.secrets, "settings": AccountsSettings.model_validate({})}
    later = {**given, "now": now_us() + HOUR_US}
    row, _ = await context.change(contacts.add_contact, ContactKind.PHONE, PHONE, context.actor, **later)
    assert row.person == "person-hoa"


async def test_ten_codes_an_hour_are_sent_for_one_person(city: AskedCity) -> None:
    for number in range(10):
        id = await added(city, value=f"09120000{number:02d}")
        assert await city.refused(REMOVE_CONTACT, by="lan", id=id) == []
    assert await city.refused(ADD_CONTACT, by="lan", kind="PHONE", value="0912000099") == ["TOO_MANY_CODES"]


async def test_a_person_has_five_contacts_and_none_twice(city: AskedCity) -> None:
    await verified(city)
    assert await city.refused(ADD_CONTACT, by="lan", kind="PHONE", value="+84912345678") == ["CONTACT_EXISTS"]
    for number in range(4):
        await added(city, kind="EMAIL", value=f"lan{number}@example.vn")
    assert await city.refused(ADD_CONTACT, by="lan", kind="EMAIL", value="lan9@example.vn") == ["TOO_MANY_CONTACTS"]


async def test_sent_again_under_its_key_one_contact_is_added_and_one_code_sent(city: AskedCity) -> None:
    asked = {"by": "lan", "kind": "PHONE", "value": PHONE, "key": "k1"}
    first, second = [(await city.ask(ADD_CONTACT, **asked))["addContact"] for _ in range(2)]
    assert first == second
    assert len((await city.ask(OUTBOX, by="lan"))["devOutbox"]) == 1
    assert await city.refused(ADD_CONTACT, **{**asked, "value": "0987654321"}) == ["IDEMPOTENCY_CONFLICT"]


async def test_the_last_verified_contact_is_removed_only_when_confirmed(city: AskedCity) -> None:
    phone = await verified(city)
    mail = await added(city, kind="EMAIL", value="lan@example.vn")
    assert await city.refused(REMOVE_CONTACT, by="lan", id=phone) == ["LAST_CONTACT"]
    assert await city.refused(REMOVE_CONTACT, by="lan", id=mail) == []
    assert await city.refused(REMOVE_CONTACT, by="lan", id=phone, confirm=True) == []
    assert await city.ask(CONTACTS, by="lan") == {"me": {"contacts": []}}


async def test_contacts_and_codes_stand_sealed(city: AskedCity) -> None:
    await added(city)
    await added(city, kind="EMAIL", value="lan@example.vn")
    code = await last_code(city)
    kept = await kept_texts(city)
    assert "accounts_contact" not in kept
    assert [each for each in ("912345678", "lan@example", f" {code},", f"'{code}'") if each in kept] == []
    assert kept.count("person-lan") >= 4


def config_of_production(sender: str = "") -> str:
    return (
        f'[gateway]\nmode = "production"\n[identity]\nsecret = "{random.token_urlsafe(48)}"\n'
        f'encryption_keys = ["{new_key()}"]\n[plugins.accounts]\n[plugins.accounts.settings]\n{sender}'
    )


async def citizen(city: AskedCity) -> Actor:
    row = PersonRow(id="person-one", created_at=1)
    await city.hosted("accounts").database.change(lambda session: session.add(row))
    return Actor("person-one", level=2, roles=CITIZEN, scopes=SUBMIT)


async def test_in_production_there_is_no_outbox_and_nothing_is_sent_without_a_sender(
    tmp_path: Path, open_test_city: OpenCity
) -> None:
    config = tmp_path / "plugins.toml"
    config.write_text(config_of_production())
    async with open_test_city(config) as city:
        one = await citizen(city)
        assert await city.refused(OUTBOX, by=one) == ["DEVELOPMENT_ONLY"]
        assert await city.refused(ADD_CONTACT, by=one, kind="PHONE", value=PHONE) == ["SENDING_UNAVAILABLE"]
        assert await city.ask(CONTACTS, by=one) == {"me": {"contacts": []}}


SENT: list[contacts.Message] = []


class Recording:
    """A sender as a city brings it: here it only notes."""

    async def send(self, context: Context, message: contacts.Message) -> None:
        SENT.append(message)


def recording(services: Services) -> Recording:
    return Recording()


async def test_in_production_codes_go_out_by_the_sender_of_the_settings(
    tmp_path: Path, open_test_city: OpenCity
) -> None:
    config = tmp_path / "plugins.toml"
    config.write_text(config_of_production(f'sender = "{__name__}:recording"'))
    SENT.clear()
    async with open_test_city(config) as city:
        one = await citizen(city)
        id = await added(city, one)
        code = SENT[0].text.split()[6].rstrip(",")
        assert [(each.kind, each.value) for each in SENT] == [(ContactKind.PHONE, "+84912345678")]
        assert "912345678" not in repr(SENT)
        assert code not in repr(SENT)
        assert await city.refused(VERIFY, by=one, id=id, code=code) == []
