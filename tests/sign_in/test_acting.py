"""A helper acts for who asked them to: within the delegation, written down, and no longer than it holds."""

from __future__ import annotations

import time
from typing import Any

import pytest

from identity import audit, delegations
from identity.people import person_named
from tests.sign_in.browser import Browser, codes
from tests.sign_in.conftest import ServedCity

DAY_US = 24 * 3600 * 1_000_000
READ = """mutation { ...F ... { again: markRead(input: {all: true}) { userErrors { code } } } }
fragment F on Mutation { markRead(input: {all: true}) { userErrors { code } } }"""


def now_us() -> int:
    return time.time_ns() // 1000


async def given(served: ServedCity, *, accepted: bool = True) -> str:
    """The id of what lan gave hoa."""
    roles = served.city.manifest.roles
    lan, hoa = (person_named(name).to_actor(roles) for name in ("lan", "hoa"))
    now = now_us()
    row = await served.city.database.change(
        delegations.give, lan, hoa.id, {"feedback:submit"}, "mắt kém", until=now + DAY_US, now=now
    )
    if accepted:
        await served.city.database.change(delegations.accept, row.id, hoa, now)
    return row.id


async def act_for(browser: Browser, delegation: str) -> tuple[int, Any]:
    return await browser.post("/sign-in/act-for", {"delegation": delegation})


async def test_a_helper_acts_and_both_can_read_of_it_until_it_is_revoked(served: ServedCity, lan: Browser) -> None:
    hoa = lan
    id = await given(served)
    await hoa.sign_in("hoa")
    status, told = await act_for(hoa, id)
    assert (status, told["token_type"], told["expires_in"]) == (200, "Bearer", 300)
    actor = served.city.hosted.tokens.verify(told["access_token"])
    assert (actor.id, actor.delegate, actor.scopes) == ("person-lan", "person-hoa", {"feedback:submit"})
    bearer = {"authorization": f"Bearer {told['access_token']}"}
    assert await hoa.ask(READ, **bearer) == (
        200,
        {"data": {"markRead": {"userErrors": []}, "again": {"userErrors": []}}},
    )
    [line] = [row for row in await served.city.database.read(audit.on_behalf_of, "person-lan") if row.act == "ACT_FOR"]
    assert (line.actor, line.subject, line.detail) == ("person-hoa", "person-lan", '{"fields":["markRead","markRead"]}')
    elder = person_named("lan").to_actor(served.city.manifest.roles)
    await served.city.database.change(delegations.revoke, id, elder, now_us())
    assert codes((await hoa.ask(READ, **bearer))[1]) == ["DELEGATION_ENDED"]
    assert codes((await act_for(hoa, id))[1]) == ["DELEGATION_ENDED"]


async def test_who_acts_for_another_does_not_act_further(served: ServedCity, lan: Browser) -> None:
    id = await given(served)
    await lan.sign_in("hoa")
    token = (await act_for(lan, id))[1]["access_token"]
    status, answer = await lan.post("/sign-in/act-for", {"delegation": id}, authorization=f"Bearer {token}")
    assert (status, codes(answer)) == (400, ["FORBIDDEN"])


@pytest.mark.parametrize(
    ("person", "accepted", "code"), [("minh", True, "DELEGATION_UNKNOWN"), ("hoa", False, "NOT_ACCEPTED")]
)
async def test_a_delegation_is_its_helpers_alone_and_counts_once_accepted(
    served: ServedCity, lan: Browser, person: str, accepted: bool, code: str
) -> None:
    id = await given(served, accepted=accepted)
    await lan.sign_in(person)
    status, answer = await act_for(lan, id)
    assert (status, codes(answer)) == (400, [code])


async def test_nobody_acts_without_signing_in(served: ServedCity, lan: Browser) -> None:
    status, answer = await act_for(lan, await given(served))
    assert (status, codes(answer)) == (401, ["UNAUTHENTICATED"])
