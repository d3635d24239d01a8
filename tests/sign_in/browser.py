"""A browser, as far as signing in needs one: cookies, redirects one by one, forms."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass
class Page:
    """``location``: where it leads on; "" when it does not."""

    status: int
    text: str
    location: str
    headers: Mapping[str, str]
    cookies: list[str]


class Browser:
    """One person's browser at the gateway ``at``."""

    def __init__(self, at: str, session: aiohttp.ClientSession) -> None:
        self.at = at
        self.session = session

    async def get(self, url: str) -> Page:
        """One answer, no redirect followed."""
        url = url if url.startswith("http") else self.at + url
        async with self.session.get(url, allow_redirects=False) as response:
            return await _page(response)

    async def form(self, url: str, **fields: str) -> Page:
        async with self.session.post(self.at + url, data=fields, allow_redirects=False) as response:
            return await _page(response)

    async def post(self, path: str, body: Any = None, origin: str | None = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON. ``origin``: of the page that asks; the gateway's own when it is not given."""
        headers = {"origin": self.at if origin is None else origin, **headers}
        async with self.session.post(self.at + path, json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def ask(self, query: str, **headers: str) -> tuple[int, Any]:
        return await self.post("/graphql", {"query": query}, **headers)

    async def consent(self, begin: str) -> str:
        """Go to the provider by ``begin``; the id of what its page asks."""
        there = await self.get(begin)
        assert there.status == 302, there.text
        page = await self.get(there.location)
        asked = re.search(r'name="request" value="([^"]+)"', page.text)
        assert asked is not None, page.text
        return asked[1]

    async def decide(self, asked: str, person: str, level: int, decision: str = "agree") -> str:
        """What the person chooses at the provider; where that leads back to."""
        back = await self.form("/simulator/decide", request=asked, person=person, level=str(level), decision=decision)
        assert back.location, back.text
        return back.location

    async def sign_in(self, person: str, level: int = 1, to: str = "/graphql", step_up: bool = False) -> Page:
        """The answer to the callback, of a sign-in that goes well."""
        begin = f"/sign-in?to={to}&level={level}" + ("&step_up=1" if step_up else "")
        return await self.get(await self.decide(await self.consent(begin), person, level))


@asynccontextmanager
async def browser(at: str) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(at, session)


async def _page(response: aiohttp.ClientResponse) -> Page:
    return Page(
        response.status,
        await response.text(),
        response.headers.get("location", ""),
        {name.lower(): value for name, value in response.headers.items()},
        response.headers.getall("set-cookie", []),
    )


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", ())]
