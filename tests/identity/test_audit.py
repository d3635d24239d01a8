"""The audit log: it only grows, whatever is done to it shows, and it holds nobody's number."""

import hashlib
import json
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from identity import audit
from identity.actor import Actor
from identity.audit import GENESIS, Entry, Head, Verdict
from identity.personal import looks_personal
from identity.tables import AuditRow, PersonRow
from schema.errors import Refused

NOW = 1_800_000_000_000_000
OFFICER = Actor(id="person-officer", session="s1", roles=frozenset({"OFFICER"}))
TRIGGERS = ("identity_audit_is_not_changed", "identity_audit_is_not_cut", "identity_audit_grows_at_its_end")


@pytest.fixture
def log(session: Session) -> list[Head]:
    """Five lines; the heads after each."""
    heads = []
    for number in range(1, 6):
        row = audit.record(session, Entry(OFFICER, "READ", "person-lan", f"Report:{number}", "duty"), NOW + number)
        heads.append(Head(number, row.hash))
    session.commit()
    return heads


def tampered(file: Path, *statements: str) -> None:
    """What somebody does who can write to the database itself."""
    with sqlite3.connect(file) as connection:
        for trigger in TRIGGERS:
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_line_says_who_did_what_of_whom_in_which_session(session: Session) -> None:
    row = audit.record(
        session, Entry(OFFICER, "READ", "person-lan", "Report:7", "a complaint", {"fields": ["name"], "count": 1}), NOW
    )
    assert (row.seq, row.at, row.actor, row.session, row.on_behalf_of) == (1, NOW, "person-officer", "s1", "")
    assert (row.act, row.subject, row.object, row.reason) == ("READ", "person-lan", "Report:7", "a complaint")
    assert json.loads(row.detail) == {"fields": ["name"], "count": 1}


def test_a_helper_is_the_one_who_acts_and_the_person_the_one_it_is_for(session: Session) -> None:
    row = audit.record(session, Entry(Actor(id="person-hoa", delegate="person-lan"), "READ", "person-hoa"), NOW)
    assert (row.actor, row.on_behalf_of) == ("person-lan", "person-hoa")
    assert [each.seq for each in audit.on_behalf_of(session, "person-hoa")] == [1]
    assert audit.on_behalf_of(session, "person-lan") == []


def test_the_hash_is_of_the_line_and_the_hash_above_and_can_be_computed_by_anybody(log: list[Head]) -> None:
    assert hashlib.sha256(b"congdanso audit log").hexdigest() == GENESIS
    line = [1, NOW + 1, "person-officer", "s1", "", "READ", "person-lan", "Report:1", "duty", "{}", GENESIS]
    assert log[0].hash == hashlib.sha256(json.dumps(line, separators=(",", ":")).encode()).hexdigest()


def test_an_empty_log_is_sound_and_its_head_is_the_beginning(session: Session) -> None:
    assert audit.verify(session) == Verdict(0, None, "", Head(0, GENESIS))
    assert audit.head(session) == Head(0, GENESIS)


def test_a_log_that_nobody_touched_is_sound(session: Session, log: list[Head]) -> None:
    assert audit.verify(session) == Verdict(5, None, "", log[4])
    assert audit.head(session) == log[4]
    assert all(audit.verify(session, noted).broken_at is None for noted in [Head(0, GENESIS), *log])


@pytest.mark.parametrize(
    "column", ["at", "actor", "session", "on_behalf_of", "act", "subject", "object", "reason", "detail"]
)
@pytest.mark.parametrize("value", ["'x'", "x'00ff'", "7"])
def test_a_changed_line_is_the_first_broken_one(
    session: Session, log: list[Head], database_file: Path, column: str, value: str
) -> None:
    tampered(database_file, f"UPDATE identity_audit SET {column} = {value} WHERE seq = 3")
    assert audit.verify(session) == Verdict(2, 3, "it was changed", log[1])


def test_a_text_moved_from_one_column_to_the_next_is_a_change(session: Session, database_file: Path) -> None:
    audit.record(session, Entry("program", "READ", "ab", "c"), NOW)
    session.commit()
    tampered(database_file, "UPDATE identity_audit SET subject = 'a', object = 'bc'")
    assert audit.verify(session).broken_at == 1


def test_a_line_changed_together_with_its_hash_breaks_the_next(
    session: Session, log: list[Head], database_file: Path
) -> None:
    line = [3, NOW + 3, "nobody", "s1", "", "READ", "person-lan", "Report:3", "duty", "{}", log[1].hash]
    forged = hashlib.sha256(json.dumps(line, separators=(",", ":")).encode()).hexdigest()
    tampered(database_file, f"UPDATE identity_audit SET actor = 'nobody', hash = '{forged}' WHERE seq = 3")
    verdict = audit.verify(session)
    assert (verdict.lines, verdict.broken_at, verdict.why) == (3, 4, "it does not follow the line above")


def test_a_line_cut_out_is_missed(session: Session, log: list[Head], database_file: Path) -> None:
    tampered(database_file, "DELETE FROM identity_audit WHERE seq = 2")
    assert audit.verify(session) == Verdict(1, 2, "line 2 is missing: line 3 comes next", log[0])


def test_a_cut_that_is_closed_up_does_not_follow(session: Session, log: list[Head], database_file: Path) -> None:
    tampered(
        database_file,
        "DELETE FROM identity_audit WHERE seq = 2",
        *(f"UPDATE identity_audit SET seq = {seq - 1} WHERE seq = {seq}" for seq in (3, 4, 5)),
    )
    assert audit.verify(session) == Verdict(1, 2, "it does not follow the line above", log[0])


def test_two_lines_that_changed_places_are_noticed(session: Session, log: list[Head], database_file: Path) -> None:
    tampered(
        database_file, *(f"UPDATE identity_audit SET seq = {b} WHERE seq = {a}" for a, b in ((2, 99), (3, 2), (99, 3)))
    )
    assert audit.verify(session) == Verdict(1, 2, "it does not follow the line above", log[0])


def test_lines_cut_off_at_the_end_show_against_a_head_that_was_noted(
    session: Session, log: list[Head], database_file: Path
) -> None:
    tampered(database_file, "DELETE FROM identity_audit WHERE seq > 3")
    assert audit.verify(session) == Verdict(3, None, "", log[2])
    assert audit.verify(session, log[4]) == Verdict(3, 4, "lines are cut off: line 5 was noted", log[2])


def test_a_log_written_anew_shows_against_a_head_that_was_noted(
    session: Session, log: list[Head], database_file: Path
) -> None:
    tampered(database_file, "DELETE FROM identity_audit")
    for number in range(1, 6):
        audit.record(session, Entry("nobody", "READ", "person-lan", f"Report:{number}"), NOW + number)
    session.commit()
    assert audit.verify(session).broken_at is None
    verdict = audit.verify(session, log[3])
    assert (verdict.broken_at, verdict.why) == (4, "it is not the line that was noted: the log was written anew")
    assert audit.verify(session, Head(0, log[0].hash)).why == "the head that was noted is of another log"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity_audit SET reason = 'x' WHERE seq = 1",
        "DELETE FROM identity_audit WHERE seq = 5",
        "INSERT OR REPLACE INTO identity_audit SELECT * FROM identity_audit WHERE seq = 2",
        "REPLACE INTO identity_audit SELECT seq, 1, actor, session, on_behalf_of, act, subject, object, reason, detail,"
        ' "before", hash FROM identity_audit WHERE seq = 5',
    ],
)
def test_the_database_itself_lets_it_only_grow(
    session: Session, log: list[Head], database_file: Path, statement: str
) -> None:
    connection = sqlite3.connect(database_file)
    with pytest.raises(sqlite3.IntegrityError, match="the audit log only grows"):
        connection.execute(statement)
    connection.close()
    assert audit.verify(session) == Verdict(5, None, "", log[4])


def test_a_line_stays_or_goes_with_the_change_that_it_tells_of(session: Session, engine: Engine) -> None:
    session.add(PersonRow(id="person-new", created_at=NOW))
    audit.record(session, Entry("program", "MADE", "person-new"), NOW)
    session.rollback()
    with Session(engine) as other:
        assert (other.get(PersonRow, "person-new"), audit.head(other).seq) == (None, 0)


def test_who_write_at_the_same_time_make_one_chain(engine: Engine) -> None:
    def write(name: str) -> None:
        for number in range(20):
            with Session(engine) as own:
                own.connection().exec_driver_sql("BEGIN IMMEDIATE")
                audit.record(own, Entry(name, "READ", "person-lan", f"Report:{number}"), NOW)
                own.commit()

    threads = [threading.Thread(target=write, args=(f"program-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        verdict = audit.verify(session)
        assert (verdict.lines, verdict.broken_at) == (80, None)
        assert sorted({row.actor for row in session.exec(select(AuditRow))}) == [f"program-{n}" for n in range(4)]


def test_a_long_log_is_gone_through_a_part_at_a_time(session: Session) -> None:
    for number in range(2501):
        audit.record(session, Entry("program", "READ", "person-lan", f"Report:{number}"), NOW)
    session.commit()
    session.expunge_all()
    assert (audit.verify(session).lines, len(session.identity_map)) == (2501, 0)


def test_lines_about_somebody_come_newest_first_and_in_pages(session: Session, log: list[Head]) -> None:
    audit.record(session, Entry(OFFICER, "READ", "person-minh"), NOW)
    assert [row.seq for row in audit.of_subject(session, "person-lan", first=2)] == [5, 4]
    assert [row.seq for row in audit.of_subject(session, "person-lan", after=4, first=2)] == [3, 2]
    assert [row.seq for row in audit.of_subject(session, "person-minh")] == [6]
    assert [row.seq for row in audit.of_actor(session, "person-officer")] == [6, 5, 4, 3, 2, 1]
    assert audit.of_actor(session, "person-lan") == []


PERSONAL = (
    *(
        "079190001234",
        "so 079190001234.",
        "079 190 001 234",
        "0791-9000-1234",
        "999190000001",
        "０７９１９０００１２３４",
    ),
    *(
        "0901234567",
        "+84901234567",
        "+84 901 234 567",
        "(090) 123-4567",
        "090.123.4567",
        "84901234567",
        "tel:0901234567",
    ),
    *("123456789", "lan@example.com", "Lan <lan.nguyen@mail.vn>"),
)
PLAIN = (
    *(
        "PA-260823-00012",
        "Report:PA-260823-00012",
        "H29.12-260823-0001",
        "000.00.29.H29-260823-0001",
        "1.000656.000.00.00.H29",
    ),
    *("2027-01-31", "2027-01-31T10:00:00+00:00", "2027-01-31 2027-02-28", "Ward:26743", "UBND-26743", "Grant:17"),
    *(
        "person-x4k9m2q7w5z8r3t6",
        "0d5f3c1a9b7e2468ace013579bdf0246",
        "5 of 168 wards",
        "hotline 1022",
        "@requiresScopes",
    ),
)


@pytest.mark.parametrize("text", PERSONAL)
def test_what_looks_like_a_number_of_somebody_is_refused_and_not_repeated(session: Session, text: str) -> None:
    for entry in (
        Entry("program", "READ", reason=f"because {text}"),
        Entry("program", "READ", detail={"note": text}),
        Entry("program", "READ", detail={"notes": ["a", text]}),
        Entry("program", "READ", detail={text: 1}),
        Entry("program", "READ", text),
        Entry("program", "READ", object=f"Person:{text}"),
    ):
        with pytest.raises(Refused) as refused:
            audit.record(session, entry, NOW)
        assert refused.value.code == "PERSONAL_DATA"
        assert text not in str(refused.value)
    assert audit.head(session).seq == 0


@pytest.mark.parametrize("text", PLAIN)
def test_the_citys_own_codes_are_nobodys_number(text: str) -> None:
    assert not looks_personal(text)


def test_a_detail_holds_counts_and_no_longer_numbers(session: Session) -> None:
    audit.record(session, Entry("program", "READ", detail={"count": 99_999_999, "all": True, "of": None}), NOW)
    for number in (100_000_000, -79_190_001_234):
        with pytest.raises(ValueError, match="count is longer than a count") as error:
            audit.record(session, Entry("program", "READ", detail={"count": number}), NOW)
        assert str(abs(number)) not in str(error.value)


@pytest.mark.parametrize(
    ("fits", "too_long"),
    [
        (Entry("program", "READ", reason="a" * 500), Entry("program", "READ", reason="a" * 501)),
        (Entry("program", "READ", "a" * 200, "b" * 200), Entry("program", "READ", "a" * 201)),
        (Entry("program", "READ"), Entry("program", "READ", object="a@" * 1_000_000)),
        (Entry("program", "READ", detail={"a": "b" * 1992}), Entry("program", "READ", detail={"a": "b" * 1993})),
    ],
)
def test_what_a_line_holds_has_an_end(session: Session, fits: Entry, too_long: Entry) -> None:
    audit.record(session, fits, NOW)
    with pytest.raises(Refused) as refused:
        audit.record(session, too_long, NOW)
    assert (refused.value.code, audit.head(session).seq) == ("TEXT_TOO_LONG", 1)
