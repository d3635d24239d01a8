"""The log of a city at work, as its process writes it, holds nobody's number, name, phone, token or code."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from gateway.host.manifest import find_manifest
from identity.people import seeded_people
from tests.sign_in.browser import Browser, Page, browser, codes

PHONE = "0909123457"
EMAIL = "lan.nguyen@thu.example"
VERIFIER = secrets.token_urlsafe(32)
SUBMIT = """mutation { submitReport(input: {
  category: "%s", title: "%s", location: {point: {lat: 10.7711, lng: 106.6958}}
}) { node { id } userErrors { code } } }"""
ADD = 'mutation { addContact(input: {kind: %s, value: "%s"}) { node { id } userErrors { code } } }'
PUBLISH = """mutation {
  publishArticle(input: {title: "x", summary: "x", bodyHtml: "x", topic: HEALTH}) { node { id } }
}"""
SHORTEST = 12
"""Characters. What is shorter is no secret, such as a level."""
PUBLIC = frozenset({"redirect_uri", "iss", "client_id", "scope", "response_type", "code_challenge_method", "to"})


class Watched(Browser):
    """Remembers all that it is given to keep: cookies, tokens, and what addresses bring along."""

    def __init__(self, one: Browser, kept: set[str]) -> None:
        super().__init__(one.at, one.session)
        self.kept = kept

    def keep(self, *values: str) -> None:
        self.kept.update(value for value in values if len(value) >= SHORTEST)

    async def get(self, url: str) -> Page:
        return self._seen(await super().get(url))

    async def form(self, url: str, **fields: str) -> Page:
        self.keep(*(value for name, value in fields.items() if name == "request"))
        return self._seen(await super().form(url, **fields))

    async def post(self, path: str, body: Any = None, origin: str | None = None, **headers: str) -> tuple[int, Any]:
        status, answer = await super().post(path, body, origin, **headers)
        for cookie in self.session.cookie_jar:
            self.keep(cookie.value)
        if isinstance(answer, dict):
            self.keep(*(str(value) for name, value in answer.items() if name.endswith("_token")))
        return status, answer

    def _seen(self, page: Page) -> Page:
        self.keep(*(value for name, value in parse_qsl(urlsplit(page.location).query) if name not in PUBLIC))
        self.keep(*(cookie.partition("=")[2].partition(";")[0] for cookie in page.cookies))
        return page


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The whole city in a process of its own, logging all that it can into ``folder``/log; its address."""
    root = find_manifest().parent
    (folder / "plugins.toml").write_text(find_manifest().read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "schema").symlink_to(root / "schema")
    command = [sys.executable, "-m", "gateway", "--log-level", "debug", "serve", "--port", "0"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True)
    assert running.stdout is not None
    try:
        url = re.search(r"http://[\d.:]+", running.stdout.readline())
        assert url is not None, (folder / "log").read_text()
        yield url[0]
    finally:
        running.terminate()
        told = running.communicate(timeout=20)[0]
        with (folder / "log").open("ab") as log:
            log.write(told.encode())


@asynccontextmanager
async def watched(at: str, kept: set[str]) -> AsyncIterator[Watched]:
    async with browser(at) as one:
        yield Watched(one, kept)


async def in_a_browser(at: str, kept: set[str]) -> None:
    """Lan signs in, reports, adds a phone, steps up, reads her data, and signs out; and does much that is refused."""
    async with watched(at, kept) as lan:
        assert (await lan.sign_in("lan")).status == 303
        found = (await lan.ask("{ reportCategories { code kind } me { name } myIdentity { name last3 } }"))[1]["data"]
        assert found["me"]["name"] == seeded_people()["lan"].full_name
        category = next(each["code"] for each in found["reportCategories"] if each["kind"] == "INCIDENT")
        await lan.ask(SUBMIT % (category, "Ổ gà lớn trên đường Lê Lợi"))
        await lan.ask(SUBMIT % (category, f"Gọi cho tôi, {seeded_people()['lan'].full_name}, {PHONE}"))
        await lan.ask(SUBMIT % ("NO_SUCH", seeded_people()["lan"].citizen_id))
        for kind, value in (("PHONE", PHONE), ("EMAIL", EMAIL)):
            added = await lan.ask(ADD % (kind, value))
            assert added[1]["data"]["addContact"]["node"], added
        outbox = (await lan.ask("{ devOutbox { to text } }"))[1]["data"]["devOutbox"]
        assert len(outbox) == 2
        lan.kept.update(match for each in outbox for match in re.findall(r"\b\d{6}\b", each["text"]))
        await lan.ask("mutation { requestMyData(input: {kind: EXPORT}) { node { id } } }")
        assert (await lan.sign_in("lan", 2, step_up=True)).status == 303
        assert (await lan.post("/sign-in/refresh"))[0] == 200
        await lan.ask(f'{{ nothing(x: "{PHONE}") ')
        await lan.ask(f'{{ ward(code: "{seeded_people()["lan"].citizen_id}") {{ no_such }} }}')
        await lan.ask("{ myIdentity { id } }", authorization=f"Bearer {next(iter(kept))}")
        await lan.get(f"/no/such/page?phone={PHONE}&token={next(iter(kept))}")
        await lan.get(f"/sign-in/callback?code={next(iter(kept))}&state={next(iter(kept))}")
        await lan.form("/sign-in/logged-out", logout_token=next(iter(kept)))
        assert (await lan.post("/sign-out"))[0] == 200


async def in_an_app(at: str, kept: set[str]) -> None:
    """Hoa signs in with an app, refreshes, and uses a ticket and a refresh token again."""
    challenge = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    kept.add(VERIFIER)
    asked = {"redirect_uri": "congdanso://signed-in", "code_challenge": challenge, "code_challenge_method": "S256"}
    async with watched(at, kept) as hoa:
        id = await hoa.consent("/sign-in/app?" + urlencode(asked))
        back = await hoa.get(await hoa.decide(id, "hoa", 1))
        ticket = dict(parse_qsl(urlsplit(back.location).query))["ticket"]
        spent = {"ticket": ticket, "code_verifier": VERIFIER}
        status, tokens = await hoa.post("/sign-in/token", spent)
        assert (status, (await hoa.post("/sign-in/token", spent))[0]) == (200, 401)
        spent = {"refresh_token": tokens["refresh_token"]}
        assert [(await hoa.post("/sign-in/token", spent))[0] for _ in range(2)] == [200, 401]
    async with watched(at, kept) as hoa:
        denied = await hoa.get(await hoa.decide(await hoa.consent("/sign-in"), "hoa", 1, "refuse"))
        assert denied.status == 400


async def in_an_office(at: str, kept: set[str]) -> None:
    """An officer and the office for data protection sign in and are refused what is not theirs."""
    for person in ("officer", "dpo", "admin"):
        async with watched(at, kept) as one:
            assert (await one.sign_in(person, 2)).status == 303
            refused = await one.ask(PUBLISH)
            assert codes(refused[1]) == ["FORBIDDEN"]
            await one.ask("{ dataRequestQueue { nodes { requesterCode note } } reportInbox { nodes { title } } }")


def personal() -> dict[str, str]:
    """What of the seeded people is looked for. A name may be written as it is, or as JSON escapes it."""
    found = {f"phone {PHONE}": PHONE, "the phone, abroad": "84909123457", "e-mail": EMAIL}
    for person in seeded_people().values():
        for kind in ("full_name", "citizen_id", "subject", "birth_date"):
            found[f"{kind} of {person.name}"] = getattr(person, kind)
        found[f"escaped name of {person.name}"] = json.dumps(person.full_name).strip('"')
    return found


@pytest.mark.slow
async def test_the_log_of_a_city_at_work_tells_of_nobody(tmp_path: Path) -> None:
    kept: set[str] = set()
    with serving(tmp_path) as at:
        await wait_until_it_answers(at)
        await in_a_browser(at, kept)
        await in_an_app(at, kept)
        await in_an_office(at, kept)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert len(kept) > 40
    assert [what for what, word in personal().items() if word in log] == []
    assert [f"{len(word)} characters" for word in kept if word in log] == []
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    # What was refused above stands in it: by number, and by nothing else.
    assert {line.get("status") for line in lines if line["event"] == "request"} >= {400, 401, 404}


async def wait_until_it_answers(at: str) -> None:
    async with asyncio.timeout(60), browser(at) as one:
        while True:
            try:
                if (await one.get("/ready")).status == 200:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.1)
