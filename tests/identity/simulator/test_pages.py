"""The simulator's pages: in Vietnamese, plain, escaped, and always saying that nobody there is real."""

from html.parser import HTMLParser

import pytest

from identity.people import Person
from identity.simulator.pages import NOTICE, consent_page, sign_out_page, signed_out_page, wrong_page
from tests.identity.provider.serving import CALLBACK, Browser, Page, client, world

EVIL = '"><script>alert(1)</script>'
CROOK = Person(EVIL, EVIL, "person-x", 1, ("CITIZEN",), EVIL)


class Tags(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.seen if name == tag]


@pytest.mark.parametrize(
    "page",
    [
        consent_page("id", "congdan", [CROOK], "", 1),
        consent_page("id", "congdan", [CROOK], "", 1, wrong="Sai"),
        sign_out_page("id"),
        signed_out_page(),
        wrong_page("invalid_request", "no"),
    ],
    ids=["consent", "again", "sign out", "signed out", "wrong"],
)
def test_each_page_says_that_it_is_a_simulator(page: object) -> None:
    text = bytes(page.body).decode()
    assert NOTICE == "Mô phỏng VNeID, người và số đều không có thật"
    assert text.count(NOTICE) == 1
    tags = Tags(text)
    assert tags.of("html") == [{"lang": "vi"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in tags.of("meta")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_whatever_is_shown_is_escaped() -> None:
    pages = [consent_page(EVIL, EVIL, [CROOK], EVIL, 1, wrong=EVIL), sign_out_page(EVIL), wrong_page(EVIL, EVIL)]
    for page in pages:
        tags = Tags(bytes(page.body).decode())
        assert tags.of("script") == []
    inputs = Tags(bytes(pages[0].body).decode()).of("input")
    assert [one["value"] for one in inputs] == [EVIL, EVIL, "1", "2"]


def test_no_page_needs_a_script_or_another_host() -> None:
    tags = Tags(bytes(consent_page("id", "congdan", [CROOK], "", 1).body).decode())
    assert {name for name, _ in tags.seen}.isdisjoint({"script", "link", "img", "iframe"})
    assert not [attrs for _, attrs in tags.seen if any(name.startswith("on") or name == "style" for name in attrs)]


async def test_the_person_of_the_session_and_the_level_that_is_wanted_are_chosen_to_begin_with() -> None:
    async with world() as at, Browser() as browser:
        first = await browser.go((await at.party.begin(CALLBACK)).url)
        await browser.choose(first, "hoa", 1)
        second = await browser.go((await at.party.begin(CALLBACK, 2)).url)
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    chosen = [[one["value"] for one in Tags(page.text).of("input") if "checked" in one] for page in (first, second)]
    assert chosen == [["1"], ["hoa", "2"]]


async def test_a_level_that_the_person_does_not_have_is_said_on_the_page_and_can_be_chosen_again() -> None:
    async with world() as at, Browser() as browser:
        page = await browser.go((await at.party.begin(CALLBACK, 2)).url)
        again = await browser.choose(page, "minh", 2)
        assert isinstance(again, Page)
        answer = await browser.choose(again, "minh", 1)
    assert (again.status, "Trần Văn Minh chỉ có định danh mức 1." in again.text) == (400, True)
    assert "code" in answer


@pytest.mark.parametrize(("person", "level"), [("nobody", 1), ("lan", 3), ("", 0)])
async def test_nobody_and_no_level_are_asked_for_again(person: str, level: int) -> None:
    async with world() as at, Browser() as browser:
        again = await browser.choose(await browser.go((await at.party.begin(CALLBACK)).url), person, level)
    assert isinstance(again, Page)
    assert (again.status, "Hãy chọn một người và một mức." in again.text) == (400, True)


async def test_a_page_of_another_browser_is_refused() -> None:
    async with world() as at, Browser() as sender, Browser() as victim:
        page = await sender.go((await at.party.begin(CALLBACK)).url)
        answer = await victim.choose(page, "lan", 2)
        assert isinstance(answer, Page)
        assert answer.status == 400
        assert "code" in await sender.choose(page, "lan", 2)


async def test_a_page_is_good_once() -> None:
    async with world() as at, Browser() as browser:
        page = await browser.go((await at.party.begin(CALLBACK)).url)
        assert "code" in await browser.choose(page, "lan", 2)
        again = await browser.choose(page, "hoa", 2)
    assert isinstance(again, Page)
    assert again.status == 400


@pytest.mark.parametrize(
    "changed", [{"client_id": "another"}, {"redirect_uri": "https://evil.test/"}, {"redirect_uri": CALLBACK + "/x"}]
)
async def test_an_unknown_client_or_place_gets_a_page_and_no_redirect(changed: dict[str, str]) -> None:
    asked = {"client_id": "congdan", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid", **changed}
    async with world() as at, Browser() as browser:
        page = await browser.go(f"{at.url}/authorize", asked)
    assert isinstance(page, Page)
    assert page.status == 400
    assert "evil.test" not in page.text


async def test_one_who_comes_to_sign_out_without_a_token_is_asked() -> None:
    async with world(clients=(client(),)) as at, Browser() as browser:
        await browser.choose(await browser.go((await at.party.begin(CALLBACK)).url), "lan", 2)
        page = await browser.go(f"{at.url}/end_session")
        assert isinstance(page, Page)
        assert "Đăng xuất" in page.text
        done = await browser.go(f"{at.url}/end_session", {"request": page.request, "decision": "agree"})
        assert isinstance(done, Page)
        assert "Bạn đã đăng xuất" in done.text
        assert isinstance(await browser.go((await at.party.begin(CALLBACK)).url), Page)


@pytest.mark.parametrize(
    "query",
    [
        "post_logout_redirect_uri=https://evil.test/",
        "client_id=congdan&post_logout_redirect_uri=https://evil.test/",
        "id_token_hint=a.b.c",
        "request=made-up",
        "state=a&state=b",
    ],
)
async def test_a_sign_out_that_is_not_good_goes_nowhere(query: str) -> None:
    async with world() as at, Browser() as browser:
        page = await browser.go(f"{at.url}/end_session?{query}")
    assert isinstance(page, Page)
    assert page.status == 400
