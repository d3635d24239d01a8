"""Refreshing: a refresh token is good once, and a copy of one ends the session."""

import random
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from gateway.data.database import Database
from identity.sessions import (
    DAY_US,
    IDLE_US,
    SESSION_US,
    RefreshReused,
    begin,
    end,
    going_on,
    of_person,
    refresh,
)
from identity.tables import PersonRow, RefreshRow
from schema.errors import Refused
from tests.identity.opening import OPENED, at_once, refusal, state_of


def test_a_refresh_gives_the_next_token_and_thirty_days_more(session: Session, person: str, now: int) -> None:
    row, token = begin(session, person, OPENED, now)
    seen = {token}
    for day in range(1, 5):
        at = now + day * DAY_US
        again, token = refresh(session, token, at)
        assert (again.id, again.seen_at, again.idle_at, again.expires_at) == (
            *(row.id, at, at + IDLE_US, now + SESSION_US),
        )
        seen.add(token)
    assert len(seen) == 5


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 129, "A" * 10**6, "đ", "\ud800", "\x00", "' OR 1=1 --"])
def test_what_is_no_refresh_token_is_refused(session: Session, person: str, now: int, token: str) -> None:
    row, _ = begin(session, person, OPENED, now)
    assert refusal(refresh, session, token, now) == "INVALID_REFRESH"
    assert state_of(session, row.id) == (None, "")


def test_the_stored_hash_of_a_token_is_no_token(session: Session, person: str, now: int) -> None:
    begin(session, person, OPENED, now)
    hash = session.exec(select(RefreshRow.hash)).one()
    assert refusal(refresh, session, hash, now) == "INVALID_REFRESH"


def test_a_token_used_twice_ends_the_session_for_both(session: Session, person: str, now: int) -> None:
    row, first = begin(session, person, OPENED, now)
    other, others = begin(session, person, OPENED, now)
    _, second = refresh(session, first, now + 1)
    with pytest.raises(RefreshReused) as reused:
        refresh(session, first, now + 2)
    assert (reused.value.code, reused.value.session, reused.value.person) == ("REFRESH_REUSED", row.id, person)
    assert state_of(session, row.id) == (now + 2, "REFRESH_REUSED")
    assert [refusal(refresh, session, token, now + 3) for token in (second, first)] == ["SESSION_ENDED"] * 2
    assert state_of(session, row.id) == (now + 2, "REFRESH_REUSED")
    assert refresh(session, others, now + 3)[0].id == other.id


def test_a_token_of_long_ago_ends_the_session_too(session: Session, person: str, now: int) -> None:
    row, token = begin(session, person, OPENED, now)
    first = token
    for _ in range(10):
        _, token = refresh(session, token, now)
    assert refusal(refresh, session, first, now) == "REFRESH_REUSED"
    assert refusal(refresh, session, token, now) == "SESSION_ENDED"
    assert of_person(session, person, now) == []
    assert refusal(going_on, session, row.id, now) == "SESSION_ENDED"


async def test_the_end_stays_when_the_rule_catches_the_refusal(database_file: Path, now: int) -> None:
    database = Database(f"sqlite:///{database_file}")

    def prepare(session: Session) -> tuple[str, str]:
        session.add(PersonRow(id="lan", created_at=now))
        session.flush()
        row, token = begin(session, "lan", OPENED, now)
        return row.id, token

    def rule(session: Session, token: str) -> str:
        try:
            return refresh(session, token, now)[1]
        except RefreshReused as reused:
            return reused.code

    try:
        id, token = await database.change(prepare)
        second = await database.change(rule, token)
        assert await database.change(rule, token) == "REFRESH_REUSED"
        assert await database.read(state_of, id) == (now, "REFRESH_REUSED")
        with pytest.raises(Refused, match="has ended"):
            await database.change(rule, second)
    finally:
        database.close()


@pytest.mark.parametrize("count", [2, 3, 8])
def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(
    engine: Engine, session: Session, person: str, now: int, count: int
) -> None:
    row, token = begin(session, person, OPENED, now)
    session.commit()
    results = at_once(engine, count, lambda own: refresh(own, token, now)[1])
    codes = sorted(each for each in results if each.isupper())
    won = [each for each in results if each not in ("REFRESH_REUSED", "SESSION_ENDED")]
    assert len(won) == 1
    assert codes == ["REFRESH_REUSED", *["SESSION_ENDED"] * (count - 2)]
    assert state_of(session, row.id) == (now, "REFRESH_REUSED")
    session.commit()
    assert refusal(refresh, session, won[0], now) == "SESSION_ENDED"


def test_a_refresh_and_an_end_at_once_leave_the_session_ended(
    engine: Engine, session: Session, person: str, now: int
) -> None:
    for _ in range(10):
        row, token = begin(session, person, OPENED, now)
        session.commit()
        turns = iter([lambda s, t=token: refresh(s, t, now)[1], lambda s, i=row.id: str(end(s, i, "SIGNED_OUT", now))])
        at_once(engine, 2, lambda own, turns=turns: next(turns)(own))
        assert state_of(session, row.id) == (now, "SIGNED_OUT")
        session.commit()


def test_a_session_ends_when_it_is_not_used_for_thirty_days(session: Session, person: str, now: int) -> None:
    row, token = begin(session, person, OPENED, now)
    assert going_on(session, row.id, now + IDLE_US - 1).id == row.id
    assert refusal(going_on, session, row.id, now + IDLE_US) == "SESSION_EXPIRED"
    _, token = refresh(session, token, now + IDLE_US - 1)
    assert refusal(refresh, session, token, now + 2 * IDLE_US - 1) == "SESSION_EXPIRED"


def test_a_session_ends_after_ninety_days_however_much_it_is_used(session: Session, person: str, now: int) -> None:
    _, token = begin(session, person, OPENED, now)
    for day in range(1, 90):
        _, token = refresh(session, token, now + day * DAY_US)
    assert refusal(refresh, session, token, now + 90 * DAY_US) == "SESSION_EXPIRED"
    assert of_person(session, person, now + 90 * DAY_US) == []


def test_a_person_erased_since_is_not_refreshed(session: Session, person: str, now: int) -> None:
    _, token = begin(session, person, OPENED, now)
    row = session.get(PersonRow, person)
    assert row is not None
    row.status = "ERASED"
    session.flush()
    assert refusal(refresh, session, token, now) == "SESSION_ENDED"


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_done_only_the_newest_token_of_a_session_that_goes_on_is_good(
    session: Session, person: str, now: int, seed: int
) -> None:
    """Against a model of two lines: which token of a session is unused, and whether it has ended."""
    drawn = random.Random(seed)
    unused: dict[str, str] = {}
    used: list[tuple[str, str]] = []
    ended: set[str] = set()
    for step in range(60):
        at = now + step
        do = drawn.choice(["begin", "refresh", "refresh", "refresh", "reuse", "end"])
        if do == "begin" or not unused:
            row, token = begin(session, person, OPENED, at)
            unused[row.id] = token
        elif do == "refresh":
            id = drawn.choice(list(unused))
            if id in ended:
                assert refusal(refresh, session, unused[id], at) == "SESSION_ENDED"
            else:
                row, token = refresh(session, unused[id], at)
                assert row.id == id
                used.append((id, unused[id]))
                unused[id] = token
        elif do == "reuse" and used:
            id, token = drawn.choice(used)
            assert refusal(refresh, session, token, at) == ("SESSION_ENDED" if id in ended else "REFRESH_REUSED")
            ended.add(id)
        elif do == "end":
            id = drawn.choice(list(unused))
            assert (end(session, id, "SIGNED_OUT", at) is None) == (id in ended)
            ended.add(id)
        assert {row.id for row in of_person(session, person, at)} == set(unused) - ended
