"""A person's standing: restricted and lifted, erased for good, each in the audit log."""

import pytest
from sqlmodel import Session, select

from identity import audit, delegations, links, sessions, standing
from identity.actor import Actor
from identity.grants import CONSOLE, actor_of, grant, grants_of, revoke
from identity.secrets import Secrets
from identity.tables import DelegationRow, LinkRow, PersonRow, SessionRow
from schema.errors import Refused

NOW = 1_800_000_000_000_000  # 2027-01-15T08:00:00Z
YEAR = 365 * 24 * 3600 * 1_000_000
DPO = Actor(id="person-dpo", level=2, session="s-dpo", roles=frozenset({"CITIZEN", "DPO"}))
SCOPES = {"CITIZEN": ["feedback:submit"]}
LAN = Actor(id="person-lan", level=2, roles=frozenset({"CITIZEN"}), scopes=frozenset({"feedback:submit"}))
OPENED = sessions.Opened("WEB", "Chrome, Android", "vneid", "sid-1", 2, "", NOW)


@pytest.fixture(autouse=True)
def people(session: Session, secrets_: Secrets) -> None:
    """Lan with an e-ID, and Minh."""
    told = links.Told("sub-lan", "999190000001", "Nguyễn Thị Lan", "1990-03-12", 2)
    links.link(session, secrets_, "vneid", told, NOW, new_person="person-lan")
    session.add(PersonRow(id="person-minh", created_at=NOW))
    session.flush()


def begun(session: Session, person: str = "person-lan") -> SessionRow:
    return sessions.start(session, person, OPENED, NOW)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def acts(session: Session, person: str = "person-lan") -> list[str]:
    return [row.act for row in reversed(audit.of_subject(session, person))]


def test_a_restriction_ends_all_sessions_and_leaves_no_scope_until_it_is_lifted(session: Session) -> None:
    ids = {begun(session).id, begun(session).id}
    assert set(standing.restrict(session, "person-lan", LAN, NOW)) == ids
    assert standing.restrict(session, "person-lan", LAN, NOW) == []
    assert actor_of(session, begun(session), SCOPES, NOW).scopes == frozenset()
    standing.lift(session, "person-lan", LAN, NOW)
    standing.lift(session, "person-lan", LAN, NOW)
    assert actor_of(session, begun(session), SCOPES, NOW).scopes == {"feedback:submit"}
    assert acts(session) == ["PERSON_RESTRICTED", "RESTRICTION_LIFTED"]


def test_an_erasure_leaves_hashes_and_ids_alone(session: Session) -> None:
    id = begun(session).id
    foreign = begun(session, "person-minh").id
    given = delegations.give(session, LAN, "person-minh", ["feedback:submit"], "Con trai", NOW + YEAR, NOW)
    assert standing.erase(session, "person-lan", DPO, NOW) == [id]
    link = session.exec(select(LinkRow)).one()
    assert (link.name, link.birth, link.last3, link.level) == ("", "", "", 0)
    ended = session.get(SessionRow, id)
    assert ended is not None
    assert (ended.ended_why, ended.device, ended.provider_sid) == ("ERASED", "", "")
    row = session.get(DelegationRow, given.id)
    assert row is not None
    assert (row.note, row.revoked_at, row.revoked_by) == ("", NOW, "person-dpo")
    assert [each.id for each in sessions.of_person(session, "person-minh", NOW)] == [foreign]
    assert acts(session) == ["DELEGATION_GIVEN", "UNLINKED", "DELEGATION_REVOKED", "PERSON_ERASED"]
    assert audit.verify(session).broken_at is None


def test_whoever_was_erased_does_not_come_back_by_any_rule(session: Session) -> None:
    standing.erase(session, "person-lan", DPO, NOW)
    rules = (
        lambda: standing.person_here(session, "person-lan"),
        lambda: standing.erase(session, "person-lan", DPO, NOW),
        lambda: standing.restrict(session, "person-lan", DPO, NOW),
        lambda: standing.lift(session, "person-lan", DPO, NOW),
        lambda: begun(session),
    )
    for rule in rules:
        with pytest.raises(Refused) as refused:
            rule()
        assert code_of(refused) == "PERSON_ERASED"


def test_the_holder_of_an_office_is_erased_once_their_roles_are_revoked(session: Session) -> None:
    given = {"grantor": CONSOLE, "reason": "new post", "until": NOW + YEAR, "now": NOW}
    grant(session, "person-lan", "EDITOR", **given)
    with pytest.raises(Refused) as refused:
        standing.erase(session, "person-lan", DPO, NOW)
    assert code_of(refused) == "HOLDS_OFFICE"
    assert standing.person_here(session, "person-lan").status == "ACTIVE"
    (held,) = grants_of(session, "person-lan", NOW)
    assert held.id is not None
    revoke(session, held.id, by=CONSOLE, reason="left", now=NOW)
    standing.erase(session, "person-lan", DPO, NOW)


def test_somebody_who_never_signed_in_has_no_standing(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        standing.restrict(session, "person-nobody", DPO, NOW)
    assert code_of(refused) == "PERSON_UNKNOWN"


def test_one_without_an_e_id_is_erased_too(session: Session) -> None:
    assert standing.erase(session, "person-minh", DPO, NOW) == []
    who = session.get(PersonRow, "person-minh")
    assert who is not None
    assert who.status == "ERASED"
