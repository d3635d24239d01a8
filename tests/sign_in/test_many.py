"""Many at once: nobody gets another's session, no change of keys refuses anybody, and the log tells of nobody."""

from __future__ import annotations

import asyncio
import json
import random
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from sqlmodel import Session, select

from identity.keys import KeyRing
from identity.people import person_named
from identity.simulator.faults import Faults
from identity.tables import SessionRow
from identity.tokens import Tokens
from tests.sign_in.browser import Browser, Page, browser, codes
from tests.sign_in.conftest import ServedCity

ME = "{ myIdentity { id level } }"
PEOPLE = ("lan", "minh", "hoa", "operator", "officer", "editor", "auditor", "tu")
MANY = 200
AT_ONCE = 25
SEED = 20251


def faults_of(served: ServedCity) -> Faults:
    """What goes wrong at the served city's own provider."""
    simulator: Any = served.city.sign_on.simulator
    found: Faults = simulator.user_middleware[0].kwargs["faults"]
    return found


@asynccontextmanager
async def browsers(at: str, number: int) -> AsyncIterator[list[Browser]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(browser(at)) for _ in range(number)]


async def interleaved(tasks: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """All of them, ``AT_ONCE`` at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(task: Coroutine[Any, Any, Any]) -> Any:
        async with gate:
            return await task

    return await asyncio.gather(*map(one, tasks))


async def way_back(one: Browser, person: str) -> str | Page:
    """The callback's address after the provider; the page of a provider that is down."""
    page = await one.get("/sign-in?to=/graphql")
    if page.status != 302:
        return page
    there = await one.get(page.location)
    # Who agreed before is not asked again.
    if there.location:
        return there.location
    return await one.decide(there.text.partition('name="request" value="')[2].partition('"')[0], person, 1)


def told_down(page: Page) -> bool:
    """Whether it is what a provider that fails is to be met with, and nothing else."""
    return page.status == 503 and "PROVIDER_DOWN" in page.text and int(page.headers["retry-after"]) >= 1


async def signed_in(one: Browser, person: str, refusals: list[Page]) -> None:
    """Tries until it goes well, as people do; what came in between is added to ``refusals``."""
    while True:
        back = await way_back(one, person)
        page = back if isinstance(back, Page) else await one.get(back)
        if page.status == 303:
            return
        refusals.append(page)
        await asyncio.sleep(0.2)


async def whose(one: Browser) -> tuple[int, Any]:
    return await one.ask(ME)


def sessions_of(session: Session) -> list[tuple[str, str]]:
    return [(row.id, row.person) for row in session.exec(select(SessionRow))]


@pytest.mark.slow
async def test_of_two_hundred_sign_ins_while_a_third_of_the_calls_fails_none_is_mixed_up(served: ServedCity) -> None:
    faults = faults_of(served)
    faults.failing, faults.draws = 0.3, random.Random(SEED)
    people = [PEOPLE[number % len(PEOPLE)] for number in range(MANY)]
    refusals: list[Page] = []
    async with browsers(served.at, MANY) as them:
        await interleaved(signed_in(one, who, refusals) for one, who in zip(them, people, strict=True))
        faults.failing = 0.0
        assert len(refusals) > MANY // 10
        assert [(page.status, page.text) for page in refusals if not told_down(page)] == []
        mine = [(200, {"data": {"myIdentity": {"id": f"Identity:person-{who}", "level": 1}}}) for who in people]
        assert await interleaved(whose(one) for one in them) == mine
        refreshed = await interleaved(one.post("/sign-in/refresh") for one in them)
        assert refreshed == [(200, {"expiresInS": 300, "level": 1})] * MANY
        assert await interleaved(whose(one) for one in them) == mine
        tokens = [cookie_of(one, "congdanso") for one in them]
    verified = [served.city.hosted.tokens.verify(token) for token in tokens]
    assert [actor.id for actor in verified] == [f"person-{who}" for who in people]
    assert len({actor.session for actor in verified}) == MANY
    stored = dict(await served.city.database.read(sessions_of))
    assert {actor.session: actor.id for actor in verified} == stored


def cookie_of(one: Browser, name: str) -> str:
    return next(cookie.value for cookie in one.session.cookie_jar if cookie.key == name)


async def test_of_forty_at_once_no_callback_serves_the_browser_of_another(served: ServedCity) -> None:
    people = [PEOPLE[number % len(PEOPLE)] for number in range(40)]
    async with browsers(served.at, 40) as them:
        asked = await interleaved(one.consent("/sign-in") for one in them)
        backs = await interleaved(one.decide(id, who, 1) for one, id, who in zip(them, asked, people, strict=True))
        others = [*backs[1:], backs[0]]
        refused = await interleaved(one.get(back) for one, back in zip(them, others, strict=True))
        assert [(page.status, "LOGIN_OTHER_BROWSER" in page.text, page.cookies) for page in refused] == [
            (400, True, [])
        ] * 40
        assert [codes(answer) for _, answer in await interleaved(whose(one) for one in them)] == [
            ["UNAUTHENTICATED"]
        ] * 40
        pages = await interleaved(one.get(back) for one, back in zip(them, backs, strict=True))
        assert {page.status for page in pages} == {303}
        answers = await interleaved(whose(one) for one in them)
    assert [answer["data"]["myIdentity"]["id"] for _, answer in answers] == [f"Identity:person-{who}" for who in people]


async def test_while_the_keys_change_nobody_is_refused(served: ServedCity) -> None:
    people = PEOPLE[:4]
    elsewhere = KeyRing(served.city.manifest.data_folder)
    others = Tokens(elsewhere)
    seen: set[str] = set()
    async with browsers(served.at, len(people)) as them:
        await interleaved(one.sign_in(who) for one, who in zip(them, people, strict=True))
        changing = asyncio.Event()

        async def asks_on(one: Browser, who: str) -> int:
            """How often; each time with the cookie, now and then with a new one, and once with what another signed."""
            number = 0
            while not changing.is_set() or number == 0:
                assert await whose(one) == (200, {"data": {"myIdentity": {"id": f"Identity:person-{who}", "level": 1}}})
                seen.add(json.loads(_header(cookie_of(one, "congdanso")))["kid"])
                if number % 5 == 4:
                    assert (await one.post("/sign-in/refresh"))[0] == 200
                actor = person_named(who).to_actor(served.city.manifest.roles)
                status, answer = await one.ask(ME, authorization=f"Bearer {others.sign(actor)}")
                assert (status, answer["data"]["myIdentity"]["id"]) == (200, f"Identity:person-{who}")
                number += 1
            return number

        async def change() -> None:
            rings = (elsewhere, KeyRing(served.city.manifest.data_folder))
            for number in range(12):
                await asyncio.to_thread(rings[number % 2].rotate)
                await asyncio.sleep(0.1)
            changing.set()

        *numbers, _ = await asyncio.gather(
            *(asks_on(one, who) for one, who in zip(them, people, strict=True)), change()
        )
    assert min(numbers) >= 5
    assert len(seen) >= 2


def _header(token: str) -> bytes:
    part = token.partition(".")[0]
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
