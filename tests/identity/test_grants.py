"""Grants: roles have a grantor, a reason, an end and a line in the audit log; and the actor that comes of them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from identity import audit, links, sessions
from identity.actor import Actor
from identity.grants import CONSOLE, actor_of, grant, grants_of, revoke
from identity.people import seeded_people
from identity.roles import GRANTED, ROLES
from identity.secrets import Secrets
from identity.seeding import seed_people
from identity.tables import AuditRow, GrantRow, LinkRow, PersonRow, SessionRow
from schema.errors import Refused

NOW = 1_800_000_000_000_000  # 2027-01-15T08:00:00Z
DAY = 24 * 3600 * 1_000_000
YEAR = 365 * DAY
ADMIN = Actor(id="person-admin", level=2, session="s-admin", roles=frozenset({"CITIZEN", "ADMIN"}))
SCOPES = {"CITIZEN": ["feedback:submit"], "OFFICER": ["feedback:answer"], "EDITOR": ["engagement:publish"]}


@pytest.fixture(autouse=True)
def people(session: Session) -> None:
    """Three citizens, and an ADMIN whom the console made one."""
    for id in ("person-admin", "person-lan", "person-minh"):
        session.add(PersonRow(id=id, created_at=NOW))
    session.flush()
    give(session, "person-admin", "ADMIN", grantor=CONSOLE, until=NOW + YEAR)


def give(session: Session, person: str = "person-lan", role: str = "EDITOR", **given: Any) -> GrantRow:
    asked = {"grantor": ADMIN, "reason": "new post", "until": NOW + YEAR, "now": NOW, **given}
    return grant(session, person, role, **asked)


def refused(session: Session, *args: Any, **given: Any) -> str:
    """The code; nothing was granted and nothing written."""
    before = (len(session.exec(select(GrantRow)).all()), audit.head(session))
    with pytest.raises(Refused) as error:
        give(session, *args, **given)
    assert (len(session.exec(select(GrantRow)).all()), audit.head(session)) == before
    return error.value.code


def opened(level: int = 2, person: str = "person-lan", **given: Any) -> SessionRow:
    times = {"auth_at": NOW, "begun_at": NOW, "seen_at": NOW, "idle_at": NOW + DAY, "expires_at": NOW + DAY}
    return SessionRow(id="s1", person=person, channel="WEB", provider="vneid", level=level, **{**times, **given})


def last_line(session: Session) -> tuple[str, str, str, str, str, dict[str, Any]]:
    row = session.get_one(AuditRow, audit.head(session).seq)
    return row.actor, row.act, row.subject, row.object, row.reason, json.loads(row.detail)


def test_there_are_the_roles_of_the_city_and_citizen_is_nobodys_to_give(session: Session) -> None:
    assert {
        *("CITIZEN", "OPERATOR", "OFFICER", "LEAD", "EDITOR", "ALERT_ISSUER", "ALERT_APPROVER"),
        *("AUDITOR", "DPO", "ADMIN", "PLUGIN"),
    } == ROLES
    assert {"CITIZEN"} == ROLES - GRANTED
    assert [refused(session, "person-lan", role) for role in ("CITIZEN", "editor", "ROOT", "")] == ["BAD_ROLE"] * 4


def test_a_grant_says_who_gave_what_why_and_until_when_and_so_does_the_log(session: Session) -> None:
    row = give(session, role="OFFICER", agency="SXD", wards=["26743", "26740"], reason=" takes over from hand 7 ")
    assert (row.person, row.role, row.agency, row.wards) == ("person-lan", "OFFICER", "SXD", "26740 26743")
    assert (row.grantor, row.reason, row.begins_at, row.ends_at) == (
        *("person-admin", "takes over from hand 7"),
        *(NOW, NOW + YEAR),
    )
    assert last_line(session) == (
        *("person-admin", "ROLE_GRANTED", "person-lan", f"Grant:{row.id}", "takes over from hand 7"),
        {"role": "OFFICER", "agency": "SXD", "wards": ["26740", "26743"], "until": "2028-01-15T08:00:00+00:00"},
    )
    assert session.get_one(AuditRow, audit.head(session).seq).session == "s-admin"


@pytest.mark.parametrize(
    "grantor",
    [
        Actor(),
        Actor(id="person-minh", roles=frozenset({"CITIZEN"})),
        Actor(id="person-minh", roles=frozenset({"ADMIN"})),
        replace(ADMIN, roles=frozenset({"CITIZEN", "OFFICER"})),
        replace(ADMIN, delegate="person-minh"),
        Actor(id="console"),
    ],
    ids=["nobody", "citizen", "admin-by-token-alone", "admin-by-table-alone", "for-an-admin", "called-console"],
)
def test_only_an_admin_in_person_gives_roles(session: Session, grantor: Actor) -> None:
    assert refused(session, grantor=grantor) == "FORBIDDEN"


def test_nobody_gives_themselves_a_role(session: Session) -> None:
    assert refused(session, "person-admin", "AUDITOR") == "SELF_GRANT"


def test_who_was_an_admin_gives_nothing_any_more(session: Session) -> None:
    assert refused(session, grantor=ADMIN, now=NOW + YEAR, until=NOW + YEAR + DAY) == "FORBIDDEN"
    revoke(session, grants_of(session, "person-admin", NOW)[0].id or 0, by=CONSOLE, reason="left", now=NOW + 1)
    assert refused(session, now=NOW + 2) == "FORBIDDEN"


def test_a_role_has_an_end_a_reason_and_a_person(session: Session) -> None:
    for until in (NOW, NOW - 1, NOW + 2 * 366 * DAY + 1):
        assert refused(session, until=until) == "BAD_UNTIL"
    assert refused(session, reason="  ") == "REASON_NEEDED"
    assert refused(session, "person-nobody") == "PERSON_UNKNOWN"
    session.get_one(PersonRow, "person-lan").status = "ERASED"
    session.flush()
    assert refused(session) == "PERSON_ERASED"


@pytest.mark.parametrize(
    ("role", "agency", "wards", "code"),
    [
        ("OFFICER", None, [], "AGENCY_NEEDED"),
        ("LEAD", "", [], "AGENCY_NEEDED"),
        ("OFFICER", "sxd", [], "BAD_AGENCY"),
        ("OFFICER", "SXD; DROP", [], "BAD_AGENCY"),
        ("EDITOR", "", [], "BAD_AGENCY"),
        ("OFFICER", "SXD", ["2674"], "BAD_WARDS"),
        ("OFFICER", "SXD", ["26743 26740"], "BAD_WARDS"),
        ("OFFICER", "SXD", [f"{n:05d}" for n in range(169)], "BAD_WARDS"),
        ("EDITOR", "VP-UBND", ["26743"], "BAD_WARDS"),
    ],
)
def test_who_acts_for_an_agency_names_it(
    session: Session, role: str, agency: str | None, wards: list[str], code: str
) -> None:
    assert refused(session, "person-lan", role, agency=agency, wards=wards) == code


def test_one_person_acts_for_one_agency_and_one_set_of_wards(session: Session) -> None:
    held = give(session, role="OFFICER", agency="SXD", wards=["26743"])
    assert refused(session, role="OFFICER", agency="SXD", wards=["26740"]) == "ALREADY_GRANTED"
    assert refused(session, role="EDITOR", agency="VP-UBND") == "OTHER_JURISDICTION"
    assert refused(session, role="LEAD", agency="SXD") == "OTHER_JURISDICTION"
    give(session, role="LEAD", agency="SXD", wards=["26743"])
    give(session, role="AUDITOR")
    revoke(session, held.id or 0, by=ADMIN, reason="moved", now=NOW + 1)
    assert [each.role for each in grants_of(session, "person-lan", NOW + 1)] == ["LEAD", "AUDITOR"]


def test_a_role_that_was_taken_back_holds_no_more_and_the_log_says_who_did(session: Session) -> None:
    row = give(session)
    assert [each.id for each in grants_of(session, "person-lan", NOW)] == [row.id]
    revoke(session, row.id or 0, by=ADMIN, reason="left", now=NOW + 5)
    assert grants_of(session, "person-lan", NOW + 5) == []
    assert (row.revoked_at, row.revoked_by) == (NOW + 5, "person-admin")
    assert last_line(session) == (
        *("person-admin", "ROLE_REVOKED", "person-lan", f"Grant:{row.id}", "left"),
        {"role": "EDITOR"},
    )


def test_who_may_not_give_may_not_take_and_nothing_is_taken_twice(session: Session) -> None:
    row = give(session)
    minh = Actor(id="person-minh", roles=frozenset({"CITIZEN", "ADMIN"}))
    cases = [
        (minh, row.id, "x", NOW, "FORBIDDEN"),
        (ADMIN, 999, "x", NOW, "GRANT_UNKNOWN"),
        (ADMIN, row.id, "", NOW, "REASON_NEEDED"),
        (CONSOLE, row.id, "x", NOW + YEAR, "GRANT_ENDED"),
    ]
    for by, id, reason, now, code in cases:
        with pytest.raises(Refused) as refused:
            revoke(session, id or 0, by=by, reason=reason, now=now)
        assert refused.value.code == code
    assert row.revoked_at is None
    revoke(session, row.id or 0, by=ADMIN, reason="left", now=NOW)
    with pytest.raises(Refused, match="has ended already"):
        revoke(session, row.id or 0, by=ADMIN, reason="left", now=NOW)


def test_the_actor_has_the_sessions_level_and_what_the_grants_hold_now(session: Session) -> None:
    give(session, role="OFFICER", agency="SXD", wards=["26743"], until=NOW + DAY)
    give(session, role="EDITOR", until=NOW + 2 * DAY)
    assert actor_of(session, opened(), SCOPES, NOW) == Actor(
        id="person-lan",
        level=2,
        roles=frozenset({"CITIZEN", "OFFICER", "EDITOR"}),
        agency="SXD",
        wards=frozenset({"26743"}),
        scopes=frozenset({"feedback:submit", "feedback:answer", "engagement:publish"}),
        session="s1",
        auth_at=1_800_000_000,
    )
    later = actor_of(session, opened(level=1), SCOPES, NOW + DAY)
    assert (later.level, later.roles, later.agency, later.wards) == (1, {"CITIZEN", "EDITOR"}, None, frozenset())
    assert later.scopes == {"feedback:submit", "engagement:publish"}


def test_who_has_no_level_is_not_even_a_citizen(session: Session) -> None:
    actor = actor_of(session, opened(level=0), SCOPES, NOW)
    assert (actor.id, actor.roles, actor.scopes) == ("person-lan", frozenset(), frozenset())


def test_a_restricted_person_holds_nothing_but_being_a_citizen(session: Session) -> None:
    give(session, role="OFFICER", agency="SXD")
    session.get_one(PersonRow, "person-lan").status = "RESTRICTED"
    session.flush()
    actor = actor_of(session, opened(), SCOPES, NOW)
    assert (actor.roles, actor.scopes, actor.agency) == ({"CITIZEN"}, frozenset(), None)


def test_nobody_acts_in_a_session_that_ended_or_whose_person_is_gone(session: Session) -> None:
    session.get_one(PersonRow, "person-minh").status = "ERASED"
    session.flush()
    for row, code in (
        (opened(ended_at=NOW), "SESSION_ENDED"),
        (opened(person="person-minh"), "PERSON_ERASED"),
        (opened(person="person-nobody"), "PERSON_UNKNOWN"),
    ):
        with pytest.raises(Refused) as refused:
            actor_of(session, row, SCOPES, NOW)
        assert refused.value.code == code


def counts(session: Session) -> tuple[int, int, int]:
    return (
        len(session.exec(select(PersonRow)).all()),
        len(session.exec(select(LinkRow)).all()),
        len(session.exec(select(GrantRow)).all()),
    )


def test_the_development_people_are_put_in_once(session: Session, secrets_: Secrets) -> None:
    session.delete(session.get_one(PersonRow, "person-lan"))
    session.delete(session.get_one(PersonRow, "person-minh"))
    session.flush()
    # The test's own ADMIN is there already, with the role.
    everybody = len(seeded_people())
    roles = sum(len(person.roles) - 1 for person in seeded_people().values())
    assert seed_people(session, secrets_, NOW) == everybody - 1
    assert counts(session) == (everybody, everybody - 1, roles)
    assert seed_people(session, secrets_, NOW + 1) == 0
    assert counts(session) == (everybody, everybody - 1, roles)
    # A year later the roles have ended, and are given again.
    assert seed_people(session, secrets_, NOW + YEAR) == 0
    assert counts(session) == (everybody, everybody - 1, 2 * roles)
    assert audit.verify(session).broken_at is None


def test_a_seeded_person_is_the_actor_that_the_data_says(session: Session, secrets_: Secrets) -> None:
    for id in ("person-admin", "person-lan", "person-minh"):
        session.delete(session.get_one(PersonRow, id))
    for row in session.exec(select(GrantRow)):
        session.delete(row)
    session.flush()
    assert seed_people(session, secrets_, NOW) == len(seeded_people())
    for person in seeded_people().values():
        actor = actor_of(session, opened(level=person.level, person=person.id), SCOPES, NOW)
        said = person.to_actor(SCOPES)
        assert replace(actor, session="", auth_at=0) == said, person.name
        [link] = links.links_of(session, person.id)
        shown = links.show(secrets_, link)
        assert (shown.name, str(shown.birth_date), shown.level) == (person.full_name, person.birth_date, person.level)
        assert shown.last3 == person.citizen_id[-3:]


def test_a_sample_number_is_nobodys_and_is_signed_in_by_at_any_provider(session: Session, secrets_: Secrets) -> None:
    numbers = [person.citizen_id for person in seeded_people().values()]
    assert len(set(numbers)) == len(numbers)
    # A citizen number begins with the code of a province, 001 to 096.
    assert {number[:3] for number in numbers} == {"999"}
    assert {len(number) for number in numbers} == {12}
    seed_people(session, secrets_, NOW)
    hoa = seeded_people()["hoa"]
    told = links.Told(subject="another subject", citizen_id=hoa.citizen_id, level=1)
    assert links.link(session, secrets_, "other", told, NOW).person == "person-hoa"
    assert hoa.citizen_id not in repr(hoa)


def test_sessions_and_grants_meet(session: Session) -> None:
    given = sessions.Opened("WEB", "Firefox, Linux", "vneid", "", 2, "LoA2", NOW)
    row, _ = sessions.begin(session, "person-lan", given, NOW)
    give(session)
    assert actor_of(session, row, SCOPES, NOW).session == row.id
