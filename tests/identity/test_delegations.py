"""Delegations: a helper acts for a person within what was given, and either of the two ends it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from identity import audit
from identity.actor import Actor
from identity.delegations import accept, acting, give, is_acting, of_person, revoke
from identity.tables import DelegationRow, PersonRow
from schema.errors import Refused

NOW = 1_800_000_000_000_000  # 2027-01-15T08:00:00Z
DAY = 24 * 3600 * 1_000_000
SCOPES = frozenset({"feedback:submit", "dossiers:read"})
HOA = Actor(id="person-hoa", level=2, session="s-hoa", roles=frozenset({"CITIZEN"}), scopes=SCOPES)
LAN = Actor(id="person-lan", level=2, session="s-lan", roles=frozenset({"CITIZEN"}))
MINH = Actor(id="person-minh", level=2, roles=frozenset({"CITIZEN"}))


@pytest.fixture(autouse=True)
def people(session: Session) -> None:
    for id in ("person-hoa", "person-lan", "person-minh", *(f"person-{n}" for n in range(6))):
        session.add(PersonRow(id=id, created_at=NOW))
    session.flush()


def given(session: Session, **other: Any) -> DelegationRow:
    asked = {"person": HOA, "helper_id": "person-lan", "scopes": ["feedback:submit"], "note": "con gái"}
    return give(session, **{**asked, "until": NOW + 30 * DAY, "now": NOW, **other})


def code(rule: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        rule(*args, **kwargs)
    return refused.value.code


def test_a_helper_acts_once_they_have_accepted_and_until_the_end(session: Session) -> None:
    row = given(session)
    assert code(acting, session, row.id, "person-lan", NOW) == "NOT_ACCEPTED"
    assert accept(session, row.id, LAN, NOW + 1).accepted_at == NOW + 1
    assert accept(session, row.id, LAN, NOW + 2).accepted_at == NOW + 1
    got = acting(session, row.id, "person-lan", NOW + 30 * DAY - 1)
    assert (got.person, got.helper, got.scopes, got.note) == ("person-hoa", "person-lan", "feedback:submit", "con gái")
    assert code(acting, session, row.id, "person-lan", NOW + 30 * DAY) == "DELEGATION_ENDED"
    assert code(accept, session, row.id, LAN, NOW + 30 * DAY) == "DELEGATION_ENDED"


def test_whoever_acts_already_is_asked_again_before_every_act(session: Session) -> None:
    row = given(session)
    assert not is_acting(session, "person-hoa", "person-lan", NOW)
    accept(session, row.id, LAN, NOW)
    assert is_acting(session, "person-hoa", "person-lan", NOW + 30 * DAY - 1)
    assert not is_acting(session, "person-hoa", "person-lan", NOW + 30 * DAY)
    for person, helper in (("person-lan", "person-hoa"), ("person-hoa", "person-minh"), ("person-minh", "person-lan")):
        assert not is_acting(session, person, helper, NOW)
    for id in ("person-hoa", "person-lan"):
        session.get_one(PersonRow, id).status = "RESTRICTED"
        session.flush()
        assert not is_acting(session, "person-hoa", "person-lan", NOW)
        session.get_one(PersonRow, id).status = "ACTIVE"
        session.flush()
    assert is_acting(session, "person-hoa", "person-lan", NOW)
    revoke(session, row.id, HOA, NOW)
    assert not is_acting(session, "person-hoa", "person-lan", NOW)


@pytest.mark.parametrize("by", [HOA, LAN], ids=["person", "helper"])
def test_either_of_the_two_ends_it_at_once(session: Session, by: Actor) -> None:
    row = given(session)
    accept(session, row.id, LAN, NOW)
    revoke(session, row.id, by, NOW + 1)
    assert (row.revoked_at, row.revoked_by) == (NOW + 1, by.id)
    assert code(acting, session, row.id, "person-lan", NOW + 1) == "DELEGATION_ENDED"
    assert code(accept, session, row.id, LAN, NOW + 1) == "DELEGATION_ENDED"
    other = HOA if by is LAN else LAN
    assert revoke(session, row.id, other, NOW + 2).revoked_by == by.id


def test_of_somebody_elses_delegation_nobody_learns_that_it_is_there(session: Session) -> None:
    row = given(session)
    accept(session, row.id, LAN, NOW)
    answers = []
    for id in (row.id, "no-such-id", ""):
        answers += [code(accept, session, id, MINH, NOW), code(revoke, session, id, MINH, NOW)]
        answers += [code(acting, session, id, "person-minh", NOW), code(acting, session, id, "person-hoa", NOW)]
        answers += [code(accept, session, id, Actor(), NOW), code(revoke, session, id, Actor(), NOW)]
    # Whoever gave it does not accept it; and a helper of the helper is nobody.
    answers += [code(accept, session, row.id, HOA, NOW)]
    for rule in (accept, revoke):
        answers += [code(rule, session, row.id, replace(LAN, delegate="person-minh"), NOW)]
    assert set(answers) == {"DELEGATION_UNKNOWN"}
    assert row.revoked_at is None


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"person": Actor()}, "FORBIDDEN"),
        ({"person": replace(HOA, delegate="person-minh")}, "FORBIDDEN"),
        ({"person": replace(HOA, roles=frozenset({"CITIZEN", "OFFICER"}))}, "FORBIDDEN"),
        ({"helper_id": "person-hoa"}, "SELF_DELEGATION"),
        ({"helper_id": "person-nobody"}, "PERSON_UNKNOWN"),
        ({"scopes": []}, "NO_SCOPES"),
        ({"scopes": [f"a:{n}" for n in range(51)]}, "NO_SCOPES"),
        ({"scopes": ["feedback:submit", "feedback:answer"]}, "FORBIDDEN_SCOPE"),
        ({"until": NOW}, "BAD_UNTIL"),
        ({"until": NOW + 366 * DAY + 1}, "BAD_UNTIL"),
        ({"note": "a" * 201}, "TEXT_TOO_LONG"),
        ({"note": "gọi 0901 234 567"}, "PERSONAL_DATA"),
    ],
)
def test_nobody_gives_what_is_not_theirs_to_give(session: Session, other: dict[str, Any], expected: str) -> None:
    assert code(given, session, **other) == expected
    assert session.exec(select(DelegationRow)).all() == []
    assert audit.head(session).seq == 0


def test_a_person_has_one_delegation_for_a_helper_and_five_in_all(session: Session) -> None:
    first = given(session, helper_id="person-0")
    assert code(given, session, helper_id="person-0") == "ALREADY_DELEGATED"
    for number in range(1, 5):
        given(session, helper_id=f"person-{number}")
    assert code(given, session, helper_id="person-5") == "TOO_MANY_HELPERS"
    revoke(session, first.id, HOA, NOW)
    assert given(session, helper_id="person-5").helper == "person-5"
    # What others gave her does not count.
    assert given(session, person=replace(MINH, scopes=SCOPES), helper_id="person-hoa").person == "person-minh"


def test_both_sides_see_what_goes_on_and_nobody_else_does(session: Session) -> None:
    row = given(session)
    later = given(session, person=replace(LAN, scopes=SCOPES), helper_id="person-minh", now=NOW + 1)
    assert [each.id for each in of_person(session, "person-hoa", NOW + 1)] == [row.id]
    assert [each.id for each in of_person(session, "person-lan", NOW + 1)] == [later.id, row.id]
    assert [each.id for each in of_person(session, "person-minh", NOW + 1)] == [later.id]
    assert of_person(session, "person-0", NOW + 1) == []
    revoke(session, later.id, LAN, NOW + 2)
    assert of_person(session, "person-minh", NOW + 2) == []
    assert of_person(session, "person-hoa", NOW + 30 * DAY) == []


@pytest.mark.parametrize("gone", ["person-hoa", "person-lan"])
@pytest.mark.parametrize("status", ["RESTRICTED", "ERASED"])
def test_it_rests_while_one_of_the_two_is_not_active(session: Session, gone: str, status: str) -> None:
    row = given(session)
    accept(session, row.id, LAN, NOW)
    session.get_one(PersonRow, gone).status = status
    session.flush()
    assert code(acting, session, row.id, "person-lan", NOW) == "DELEGATION_ENDED"
    session.get_one(PersonRow, gone).status = "ACTIVE"
    session.flush()
    assert acting(session, row.id, "person-lan", NOW).id == row.id


def test_each_step_is_a_line_about_the_person_who_gave_it(session: Session) -> None:
    row = given(session)
    accept(session, row.id, LAN, NOW)
    accept(session, row.id, LAN, NOW)
    revoke(session, row.id, LAN, NOW)
    revoke(session, row.id, HOA, NOW)
    lines = audit.of_subject(session, "person-hoa")
    assert [(line.act, line.actor, line.session, line.object) for line in lines] == [
        ("DELEGATION_REVOKED", "person-lan", "s-lan", f"Delegation:{row.id}"),
        ("DELEGATION_ACCEPTED", "person-lan", "s-lan", f"Delegation:{row.id}"),
        ("DELEGATION_GIVEN", "person-hoa", "s-hoa", f"Delegation:{row.id}"),
    ]
    assert json.loads(lines[2].detail) == {
        "helper": "person-lan",
        "scopes": ["feedback:submit"],
        "until": "2027-02-14T08:00:00+00:00",
    }
