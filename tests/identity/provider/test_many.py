"""Many sign-ins at once at a provider that fails three calls in ten: each that succeeds is its own person's."""

import asyncio
import os
import random
from collections import Counter

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from identity.people import Person
from identity.provider.party import ProviderDown, RelyingParty
from tests.identity.provider.serving import CALLBACK, Browser, World, provider_settings, served, world

AT_ONCE = 40


def invented(count: int) -> dict[str, Person]:
    return {
        f"p{n}": Person(
            name=f"p{n}",
            full_name=f"Người {n}",
            id=f"person-p{n}",
            level=1 + n % 2,
            roles=("CITIZEN",),
            citizen_id=f"999{n:09d}",
            birth_date=f"19{50 + n % 50}-01-02",
            subject=f"subject-{n}",
        )
        for n in range(count)
    }


class Crowd:
    """Browsers of as many people, each signed in there already, so that a sign-in is a redirect."""

    def __init__(self, at: World, people: dict[str, Person]) -> None:
        self.at = at
        self.people = list(people.values())
        self.browsers: list[Browser] = []
        self.sids: dict[str, str] = {}
        self.outcomes: Counter[str] = Counter()

    async def arrive(self) -> None:
        for person in self.people:
            browser = Browser()
            self.browsers.append(browser)
            begun = await self.at.party.begin(CALLBACK)
            answer = await browser.choose(await browser.go(begun.url), person.name, person.level)
            self.sids[person.name] = (await self.at.finish(begun, answer["code"])).sid

    async def leave(self) -> None:
        for browser in self.browsers:
            await browser.__aexit__()

    async def sign_in(self, n: int) -> None:
        person, browser = self.people[n % len(self.people)], self.browsers[n % len(self.people)]
        try:
            begun = await self.at.party.begin(CALLBACK, person.level)
            answer = await browser.go(begun.url)
            assert answer["state"] == begun.state
            who = await self.at.finish(begun, answer["code"], level=person.level)
        except ProviderDown:
            self.outcomes["down"] += 1
            await asyncio.sleep(0.05)  # As people do who are told to come back.
            return
        told = (who.subject, who.citizen_id, who.name, who.birth_date, who.level, who.sid)
        right = (person.subject, person.citizen_id, person.full_name, person.birth_date, person.level)
        self.outcomes["right" if told == (*right, self.sids[person.name]) else "mixed up"] += 1


# SIGN_INS=10000 makes it a long run, of a minute and a half.
COUNT = int(os.environ.get("SIGN_INS", "1000"))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("count", [COUNT], ids=["many"])
async def test_no_session_is_mixed_up(count: int) -> None:
    people = invented(60)
    async with world({"claims_in": "userinfo"}, people, circuit_wait_s=0.05) as at:
        crowd = Crowd(at, people)
        try:
            await crowd.arrive()
            at.faults.failing, at.faults.draws = 0.3, random.Random(4)
            turn = iter(range(count))

            async def visitor() -> None:
                for n in turn:
                    await crowd.sign_in(n)

            await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))
            at.faults.failing = 0.0
            await asyncio.sleep(0.1)
            before = crowd.outcomes["right"]
            for n in range(len(people)):
                await crowd.sign_in(n)
        finally:
            await crowd.leave()
    assert crowd.outcomes["mixed up"] == 0
    assert crowd.outcomes.total() == count + len(people)
    assert crowd.outcomes["right"] - before == len(people), "everybody signs in once it is up again"
    # Two calls of a sign-in must both succeed: about half do, less what the circuit keeps away.
    assert 0.3 < before / count < 0.6


async def test_a_cookie_of_the_provider_is_not_carried_from_one_sign_in_to_another() -> None:
    heard: list[dict[str, str]] = []

    async def sticky(request: Request) -> Response:
        heard.append(request.cookies)
        response = Response("{}", 404, media_type="application/json")
        response.set_cookie("whose", "the first one's")
        return response

    async with served(lambda url: Starlette(routes=[Route("/{path:path}", sticky)])) as url:
        party = RelyingParty(provider_settings(url.replace("127.0.0.1", "localhost")))
        for _ in range(2):
            with pytest.raises(ProviderDown):
                await party.begin(CALLBACK)
        await party.close()
    assert heard == [{}, {}]
