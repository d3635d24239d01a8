"""Sessions: begun for a person, shown to them, raised, ended for good, and forgotten."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from identity.sessions import (
    DAY_US,
    IDLE_US,
    SESSION_US,
    Opened,
    begin,
    end,
    end_all,
    end_of_provider,
    forget_ended,
    new_refresh,
    of_person,
    raise_level,
    refresh,
)
from identity.tables import LinkRow, PersonRow, RefreshRow, SessionRow, SpentRow
from tests.identity.opening import OPENED, at_once, refusal, state_of


def test_a_session_is_what_was_opened_and_goes_on_for_thirty_days(session: Session, person: str, now: int) -> None:
    row, token = begin(session, person, OPENED, now)
    assert (row.person, row.channel, row.device, row.provider, row.provider_sid) == (
        *(person, "WEB", "Chrome, Android", "vneid", "sid-1"),
    )
    assert (row.level, row.acr, row.auth_at) == (1, "loa1", 1_790_000_000_000_000)
    assert (row.begun_at, row.seen_at, row.idle_at, row.expires_at) == (now, now, now + IDLE_US, now + SESSION_US)
    assert (IDLE_US, SESSION_US) == (30 * 86_400_000_000, 90 * 86_400_000_000)
    assert state_of(session, row.id) == (None, "")
    assert len(token) == 43


def test_nothing_that_lets_somebody_in_is_stored(session: Session, person: str, now: int, database_file: Path) -> None:
    _, first = begin(session, person, OPENED, now)
    _, second = refresh(session, first, now)
    session.commit()
    stored = b"".join(each.read_bytes() for each in database_file.parent.glob("identity.db*"))
    assert [token.encode() in stored for token in (first, second)] == [False, False]
    assert b"Chrome, Android" in stored


def test_nobody_erased_or_unknown_gets_a_session(session: Session, now: int) -> None:
    session.add(PersonRow(id="erased", status="ERASED", created_at=now))
    session.add(PersonRow(id="restricted", status="RESTRICTED", created_at=now))
    session.commit()
    assert refusal(begin, session, "erased", OPENED, now) == "PERSON_ERASED"
    assert refusal(begin, session, "unknown", OPENED, now) == "PERSON_UNKNOWN"
    assert session.exec(select(SessionRow)).all() == []
    assert begin(session, "restricted", OPENED, now)[0].person == "restricted"


def test_of_many_ends_at_once_one_has_ended_it(engine: Engine, session: Session, person: str, now: int) -> None:
    row, _ = begin(session, person, OPENED, now)
    session.commit()
    results = at_once(engine, 4, lambda own: "ENDED" if end(own, row.id, "SIGNED_OUT", now) else "BEFORE")
    assert sorted(results) == ["BEFORE", "BEFORE", "BEFORE", "ENDED"]


def test_an_ended_session_stays_ended_as_it_was(session: Session, person: str, now: int) -> None:
    row, token = begin(session, person, OPENED, now)
    ended = end(session, row.id, "SIGNED_OUT", now + 1)
    assert ended is not None
    assert (ended.id, ended.person) == (row.id, person)
    assert end(session, row.id, "PROVIDER", now + 2) is None
    assert end(session, "unknown", "PROVIDER", now) is None
    assert state_of(session, row.id) == (now + 1, "SIGNED_OUT")
    assert refusal(refresh, session, token, now + 2) == "SESSION_ENDED"
    assert refusal(raise_level, session, row.id, 2, "loa2", now, now + 2) == "SESSION_ENDED"
    assert row.level == 1


def test_the_sessions_of_a_person_are_those_that_go_on_the_newest_first(
    session: Session, person: str, now: int
) -> None:
    session.add(PersonRow(id="other", created_at=now))
    session.flush()
    rows = [begin(session, person, OPENED, now + each)[0] for each in range(3)]
    begin(session, "other", OPENED, now)
    end(session, rows[1].id, "SIGNED_OUT", now + 5)
    assert [row.id for row in of_person(session, person, now + 5)] == [rows[2].id, rows[0].id]
    assert [row.id for row in of_person(session, person, now + IDLE_US)] == [rows[2].id]


def test_all_sessions_of_a_person_end_but_the_one_they_are_in(session: Session, person: str, now: int) -> None:
    session.add(PersonRow(id="other", created_at=now))
    session.flush()
    mine = [begin(session, person, OPENED, now)[0].id for _ in range(4)]
    theirs = begin(session, "other", OPENED, now)[0].id
    end(session, mine[3], "SIGNED_OUT", now)
    assert sorted(end_all(session, person, "BY_PERSON", now + 1, but=mine[0])) == sorted(mine[1:3])
    assert [state_of(session, id) for id in [*mine, theirs]] == [
        (None, ""),
        (now + 1, "BY_PERSON"),
        (now + 1, "BY_PERSON"),
        (now, "SIGNED_OUT"),
        (None, ""),
    ]
    assert end_all(session, person, "ERASED", now + 2) == [mine[0]]


@pytest.fixture
def linked(session: Session, person: str, now: int) -> dict[str, str]:
    """Sessions by names: whose, at which provider, in which of its sessions."""
    session.add(PersonRow(id="hoa", created_at=now))
    for id, subject in ((person, "subject-lan"), ("hoa", "subject-hoa")):
        row = LinkRow(
            person=id, provider="vneid", subject_hash=subject, level=1, level_at=now, linked_at=now, seen_at=now
        )
        session.add(row)
    session.commit()
    made = {}
    for name, id, provider, sid in [
        ("lan in 1", person, "vneid", "1"),
        ("lan in 2", person, "vneid", "2"),
        ("lan in none", person, "vneid", ""),
        ("lan elsewhere", person, "other", "1"),
        ("hoa in 3", "hoa", "vneid", "3"),
        ("hoa in none", "hoa", "vneid", ""),
    ]:
        opened = Opened("APP", "", provider, sid, level=1, acr="", auth_at=now)
        made[name] = begin(session, id, opened, now)[0].id
    return made


@pytest.mark.parametrize(
    ("sid", "subject", "ended"),
    [
        ("1", "", ["lan in 1"]),
        ("1", "subject-lan", ["lan in 1"]),
        ("1", "subject-hoa", []),
        ("", "subject-lan", ["lan in 1", "lan in 2", "lan in none"]),
        ("", "subject-hoa", ["hoa in 3", "hoa in none"]),
        ("", "unknown", []),
        ("unknown", "", []),
        ("", "", []),
    ],
)
def test_a_providers_logout_ends_what_it_names(
    session: Session, linked: dict[str, str], now: int, sid: str, subject: str, ended: list[str]
) -> None:
    rows = end_of_provider(session, "vneid", sid, subject, "jti-1", now)
    assert sorted(row.id for row in rows) == sorted(linked[name] for name in ended)
    assert {row.ended_why for row in rows} <= {"PROVIDER"}
    going = {name for name, id in linked.items() if state_of(session, id) == (None, "")}
    assert going == set(linked) - set(ended)


def test_a_logout_token_that_comes_again_does_not_end_a_session_begun_since(
    session: Session, linked: dict[str, str], person: str, now: int
) -> None:
    assert len(end_of_provider(session, "vneid", "1", "", "jti-1", now)) == 1
    again, _ = begin(session, person, Opened("WEB", "", "vneid", "1", 1, "", now), now + 1)
    assert end_of_provider(session, "vneid", "1", "", "jti-1", now + 2) == []
    assert state_of(session, again.id) == (None, "")
    assert [row.id for row in end_of_provider(session, "vneid", "1", "", "jti-2", now + 3)] == [again.id]


def test_a_step_up_raises_the_level_and_nothing_lowers_it(session: Session, person: str, now: int) -> None:
    row, _ = begin(session, person, OPENED, now)
    raised = raise_level(session, row.id, 2, "loa2", now + 1, now + 2)
    assert (raised.id, raised.level, raised.acr, raised.auth_at, raised.seen_at) == (
        *(row.id, 2, "loa2", now + 1, now + 2),
    )
    again = raise_level(session, row.id, 1, "loa1", now + 3, now + 4)
    assert (again.level, again.acr, again.auth_at) == (2, "loa2", now + 1)
    assert refusal(raise_level, session, row.id, 2, "loa2", now, now + SESSION_US) == "SESSION_EXPIRED"
    assert refusal(raise_level, session, "unknown", 2, "loa2", now, now) == "SESSION_ENDED"


def test_a_further_token_is_one_of_the_same_session(session: Session, person: str, now: int) -> None:
    row, first = begin(session, person, OPENED, now)
    further = new_refresh(session, row, now)
    assert refresh(session, further, now)[0].id == row.id
    assert refusal(refresh, session, further, now) == "REFRESH_REUSED"
    assert refusal(refresh, session, first, now) == "SESSION_ENDED"


def test_what_ended_long_ago_is_forgotten_with_its_tokens_and_nothing_else(
    session: Session, person: str, now: int
) -> None:
    ended, ran_out, lately, going = (begin(session, person, OPENED, now) for _ in range(4))
    end(session, ended[0].id, "SIGNED_OUT", now + DAY_US)
    later = now + 40 * DAY_US
    _, token = refresh(session, going[1], now + 20 * DAY_US)
    refresh(session, lately[1], now + 20 * DAY_US)
    end(session, lately[0].id, "SIGNED_OUT", later)
    session.add(SpentRow(hash="old", expires_at=now))
    session.add(SpentRow(hash="new", expires_at=later))
    assert forget_ended(session, now) == 0
    assert forget_ended(session, later) == 2
    assert set(session.exec(select(SessionRow.id))) == {lately[0].id, going[0].id}
    assert set(session.exec(select(RefreshRow.session))) == {lately[0].id, going[0].id}
    assert list(session.exec(select(SpentRow.hash))) == ["new"]
    assert refusal(refresh, session, ran_out[1], later) == "INVALID_REFRESH"
    assert refresh(session, token, later)[0].id == going[0].id
