"""Links: one citizen is one person, a level does not fall, and what tells who somebody is stands sealed or hashed."""

import logging
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from identity import audit, links, sessions
from identity.actor import Actor
from identity.links import ShownLink, Told, link, links_of, reseal_all, show, unlink
from identity.sealing import KeyedHash, Sealer, Unsealable, new_key
from identity.secrets import Secrets
from identity.tables import LinkRow, PersonRow
from schema.errors import Refused

NOW = 1_800_000_000_000_000
DAY = 24 * 3600 * 1_000_000
LAN = Told("sub-lan", "999190000001", "Nguyễn Thị Lan", "1990-03-12", level=2, acr="LoA2")
MINH = Told("sub-minh", "999085000002", "Trần Văn Minh", "1985-11-02", level=1, acr="LoA1")


def people(session: Session) -> list[str]:
    return sorted(session.exec(select(PersonRow.id)).all())


def row_of(session: Session, provider: str = "vneid") -> LinkRow:
    return session.exec(select(LinkRow).where(LinkRow.provider == provider)).one()


def test_a_person_is_made_at_first_sight_and_found_again(session: Session, secrets_: Secrets) -> None:
    first = link(session, secrets_, "vneid", LAN, NOW)
    assert (first.is_new, first.level, first.last3, first.linked_at) == (True, 2, "001", NOW)
    assert people(session) == [first.person]
    assert first.person.startswith("person-")
    again = link(session, secrets_, "vneid", LAN, NOW + DAY)
    assert (again.person, again.id, again.is_new) == (first.person, first.id, False)
    assert (again.linked_at, again.seen_at) == (NOW, NOW + DAY)
    assert people(session) == [first.person]


def test_unlike_citizens_are_unlike_persons(session: Session, secrets_: Secrets) -> None:
    assert link(session, secrets_, "vneid", LAN, NOW).person != link(session, secrets_, "vneid", MINH, NOW).person
    # The same subject of another provider, which told no number, is somebody else.
    assert link(session, secrets_, "other", Told("sub-lan"), NOW).is_new


def test_the_same_citizen_number_at_another_provider_is_the_same_person(session: Session, secrets_: Secrets) -> None:
    first = link(session, secrets_, "vneid", LAN, NOW)
    second = link(session, secrets_, "other", replace(LAN, subject="42", level=1, acr="low"), NOW + 1)
    assert (second.person, second.is_new, second.level) == (first.person, False, 1)
    assert [(each.provider, each.level) for each in links_of(session, first.person)] == [("other", 1), ("vneid", 2)]


def test_a_number_that_is_told_later_is_taken_in_unless_it_is_somebody_elses(
    session: Session, secrets_: Secrets
) -> None:
    without = link(session, secrets_, "vneid", replace(LAN, citizen_id=""), NOW)
    assert (without.last3, row_of(session).citizen_hash) == ("", "")
    told = link(session, secrets_, "vneid", LAN, NOW)
    assert (told.person, told.last3) == (without.person, "001")
    unknown = link(session, secrets_, "other", Told("77"), NOW)
    before = row_of(session, "other").citizen_hash
    with pytest.raises(Refused) as refused:
        link(session, secrets_, "other", Told("77", LAN.citizen_id), NOW)
    assert refused.value.code == "IDENTITY_CONFLICT"
    assert (row_of(session, "other").person, before) == (unknown.person, "")


def test_another_number_of_the_same_account_is_refused_without_telling_it(session: Session, secrets_: Secrets) -> None:
    link(session, secrets_, "vneid", LAN, NOW)
    with pytest.raises(Refused) as refused:
        link(session, secrets_, "vneid", replace(LAN, citizen_id=MINH.citizen_id), NOW)
    assert refused.value.code == "IDENTITY_CONFLICT"
    assert not {LAN.citizen_id, MINH.citizen_id} & set(str(refused.value).split())


@pytest.mark.parametrize("number", ["12345678", "999 190 000 001", "0" * 21, "99919000000１"])
def test_what_is_no_citizen_number_is_refused(session: Session, secrets_: Secrets, number: str) -> None:
    with pytest.raises(Refused) as refused:
        link(session, secrets_, "vneid", replace(LAN, citizen_id=number), NOW)
    assert (refused.value.code, number in str(refused.value), people(session)) == ("BAD_CITIZEN_ID", False, [])


def test_a_sign_in_at_a_lower_level_leaves_the_highest_and_when_it_was_seen(
    session: Session, secrets_: Secrets
) -> None:
    def seen(level: int, acr: str, at: int) -> tuple[int, str, int, int]:
        link(session, secrets_, "vneid", replace(LAN, level=level, acr=acr), at)
        row = row_of(session)
        return row.level, row.acr, row.level_at, row.seen_at

    assert seen(1, "LoA1", NOW) == (1, "LoA1", NOW, NOW)
    assert seen(2, "LoA2", NOW + 1) == (2, "LoA2", NOW + 1, NOW + 1)
    assert seen(1, "LoA1", NOW + 2) == (2, "LoA2", NOW + 1, NOW + 2)
    assert seen(2, "LoA2", NOW + 3) == (2, "LoA2", NOW + 3, NOW + 3)


def test_what_was_not_told_this_time_stays_and_what_changed_is_taken_in(session: Session, secrets_: Secrets) -> None:
    made = link(session, secrets_, "vneid", LAN, NOW)
    silent = link(session, secrets_, "vneid", Told(LAN.subject, level=1), NOW)
    assert (silent.name, silent.birth, silent.last3) == (made.name, made.birth, "001")
    same = link(session, secrets_, "vneid", LAN, NOW)
    assert (same.name, same.birth) == (made.name, made.birth)
    renamed = link(session, secrets_, "vneid", replace(LAN, name="Nguyễn Thị Lan Anh"), NOW)
    assert show(secrets_, renamed).name == "Nguyễn Thị Lan Anh"
    assert renamed.birth == made.birth


def test_only_who_has_the_keys_reads_what_a_link_holds(session: Session, secrets_: Secrets) -> None:
    made = link(session, secrets_, "vneid", LAN, NOW)
    assert show(secrets_, made) == ShownLink("Nguyễn Thị Lan", date(1990, 3, 12), "001", 2)
    assert show(secrets_, link(session, secrets_, "vneid", Told("bare"), NOW)) == ShownLink("", None, "", 1)
    with pytest.raises(Unsealable) as error:
        show(Secrets(secrets_.hash, Sealer([new_key()])), made)
    assert made.name not in str(error.value)


def test_neither_the_file_nor_a_repr_nor_the_log_holds_name_birth_or_number(
    session: Session, secrets_: Secrets, database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = link(session, secrets_, "vneid", LAN, NOW)
    unlink(session, made.person, Actor(id=made.person), NOW)
    back = link(session, secrets_, "vneid", LAN, NOW)
    session.commit()
    with sqlite3.connect(database_file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        dump = "\n".join(connection.iterdump())
    connection.close()
    written = [dump, database_file.read_bytes().decode("latin-1"), caplog.text]
    written += [repr(each) for each in (LAN, made, back, show(secrets_, back))]
    for secret in (LAN.citizen_id, LAN.name, LAN.name.encode().decode("latin-1"), LAN.birth_date, LAN.subject):
        assert [secret in text for text in written] == [False] * len(written)
    # Nor is the hash one that anybody without the secret could make.
    assert KeyedHash("another secret of the tests: 1234567").of("citizen", LAN.citizen_id) not in dump
    assert links.citizen_hash(secrets_, LAN.citizen_id) in dump


def begun(session: Session, person: str) -> str:
    given = sessions.Opened("WEB", "Firefox, Linux", "vneid", "", 2, "LoA2", NOW)
    return sessions.begin(session, person, given, NOW)[0].id


def test_unlinking_leaves_hashes_alone_tells_which_sessions_go_on_and_ends_none(
    session: Session, secrets_: Secrets
) -> None:
    made = link(session, secrets_, "vneid", LAN, NOW)
    link(session, secrets_, "other", replace(LAN, subject="42"), NOW)
    lans = begun(session, made.person)
    begun(session, link(session, secrets_, "vneid", MINH, NOW).person)
    lan = Actor(id=made.person, session=lans)
    told = unlink(session, made.person, lan, NOW + 1)
    assert (told.providers, told.sessions) == (["vneid", "other"], [lans])
    assert [each.id for each in sessions.of_person(session, made.person, NOW + 1)] == [lans]
    rows = session.exec(select(LinkRow).where(LinkRow.person == made.person)).all()
    assert [(row.name, row.birth, row.last3, row.acr, row.level) for row in rows] == [("", "", "", "", 0)] * 2
    assert links_of(session, made.person) == []
    lines = audit.of_subject(session, made.person)
    assert [(line.actor, line.act, line.session, line.detail) for line in lines] == [
        (made.person, "UNLINKED", lans, '{"provider":"other"}'),
        (made.person, "UNLINKED", lans, '{"provider":"vneid"}'),
    ]
    with pytest.raises(Refused) as refused:
        unlink(session, made.person, lan, NOW + 2)
    assert refused.value.code == "LINK_UNKNOWN"


def test_who_unlinked_and_comes_back_is_the_same_person_and_cannot_vote_twice(
    session: Session, secrets_: Secrets
) -> None:
    made = link(session, secrets_, "vneid", LAN, NOW)
    unlink(session, made.person, Actor(id=made.person), NOW)
    back = link(session, secrets_, "vneid", replace(LAN, level=1), NOW + DAY)
    assert (back.person, back.is_new, back.level, back.linked_at) == (made.person, False, 1, NOW + DAY)
    assert show(secrets_, back) == ShownLink("Nguyễn Thị Lan", date(1990, 3, 12), "001", 1)
    unlink(session, made.person, Actor(id=made.person), NOW)
    assert link(session, secrets_, "other", replace(LAN, subject="42"), NOW).person == made.person


@pytest.mark.parametrize("at", ["vneid", "other"])
def test_who_was_erased_and_comes_back_is_somebody_new(session: Session, secrets_: Secrets, at: str) -> None:
    made = link(session, secrets_, "vneid", LAN, NOW)
    unlink(session, made.person, Actor(id=made.person), NOW)
    session.get_one(PersonRow, made.person).status = "ERASED"
    session.flush()
    back = link(session, secrets_, at, LAN, NOW + DAY)
    assert back.person != made.person
    assert (back.is_new, back.linked_at) == (True, NOW + DAY)
    assert link(session, secrets_, "vneid", LAN, NOW + DAY).person == back.person
    assert links_of(session, made.person) == []


def test_all_links_are_sealed_anew_and_read_by_the_new_key_alone(session: Session) -> None:
    hash, old, new = KeyedHash("a secret of the tests: 8f1c0b7e2d"), new_key(), new_key()
    before = Secrets(hash, Sealer([old]))
    for number in range(1203):
        told = Told(f"sub-{number}", f"999{number:09d}", f"Người {number}", "1990-01-02" if number % 2 else "")
        link(session, before, "vneid", told, NOW)
    link(session, before, "vneid", Told("nothing told"), NOW)
    assert reseal_all(session, Sealer([new, old])) == 1203
    after = Secrets(hash, Sealer([new]))
    rows = session.exec(select(LinkRow).order_by(LinkRow.id)).all()  # type: ignore[arg-type]
    shown = [show(after, links.Link.of(row)) for row in rows]
    assert [each.name for each in shown] == [*(f"Người {number}" for number in range(1203)), ""]
    assert shown[1].birth_date == date(1990, 1, 2)
    with pytest.raises(Unsealable):
        show(before, links.Link.of(rows[0]))


def test_a_link_under_an_unknown_key_stops_the_resealing(session: Session, secrets_: Secrets) -> None:
    link(session, secrets_, "vneid", LAN, NOW)
    with pytest.raises(Unsealable, match=r"^identity_link holds what none of the encryption keys opens\.$"):
        reseal_all(session, Sealer([new_key()]))
