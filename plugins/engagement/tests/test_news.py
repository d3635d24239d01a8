"""News: published by editors, cleaned when stored, found without marks."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity
from plugins.engagement.seed import seed
from plugins.engagement.service.news import clean, plain_text, slug_of

PUBLISH = """
mutation ($input: PublishArticleInput!) {
  publishArticle(input: $input) {
    node { id slug title bodyHtml topic isSample agency { id } }
    userErrors { code field }
    clientMutationId
  }
}
"""
NEWS = """
query ($search: String, $topic: ArticleTopic, $first: Int, $after: String) {
  news(search: $search, topic: $topic, first: $first, after: $after) {
    nodes { slug } totalCount pageInfo { endCursor hasNextPage }
  }
}
"""
NASTY = (
    '<p onclick="steal()">Đường <b style="color:red">Hoà</b> Bình<script>steal()</script></p>'
    '<img src="x" onerror="steal()"><img src="https://anh.example/a.png" alt="ảnh">'
    '<a href="javascript:steal()">một</a> <a href="https://tphcm.example/">hai</a>'
    '<iframe src="https://evil.example"></iframe><form action="/x"><input></form><!-- ghi chú --><svg onload="x()"/>'
)


def article(**changes: Any) -> dict[str, Any]:
    good = {
        "title": "Sửa chữa đường Hòa Bình",
        "summary": "Thi công ban đêm.",
        "bodyHtml": "<p>Từ 22 giờ.</p>",
        "topic": "TRANSPORT",
    }
    return {**good, **changes}


async def slugs(city: AskedCity, **variables: Any) -> list[str]:
    return [node["slug"] for node in (await city.ask(NEWS, **variables))["news"]["nodes"]]


async def test_a_published_article_is_the_newest_and_bears_its_editors_agency(city: AskedCity) -> None:
    data = await city.ask(PUBLISH, by="editor", input=article(clientMutationId="c1"))
    assert data["publishArticle"] == {
        "node": {
            "id": "Article:sua-chua-duong-hoa-binh",
            "slug": "sua-chua-duong-hoa-binh",
            "title": "Sửa chữa đường Hòa Bình",
            "bodyHtml": "<p>Từ 22 giờ.</p>",
            "topic": "TRANSPORT",
            "isSample": False,
            "agency": {"id": "Agency:VP-UBND"},
        },
        "userErrors": [],
        "clientMutationId": "c1",
    }
    assert (await slugs(city, first=1)) == ["sua-chua-duong-hoa-binh"]
    [event] = await city.hosted("engagement").database.read(events_after, 0, ("engagement.article_published",))
    assert event.data == {"id": "sua-chua-duong-hoa-binh", "topic": "TRANSPORT"}


async def test_scripts_are_taken_out_of_an_article_before_it_is_stored(city: AskedCity) -> None:
    data = await city.ask(PUBLISH, by="editor", input=article(bodyHtml=NASTY))
    assert data["publishArticle"]["node"]["bodyHtml"] == (
        "<p>Đường <b>Hoà</b> Bình</p>"
        '<img src="x"><img src="https://anh.example/a.png" alt="ảnh">'
        '<a rel="noopener noreferrer">một</a> <a href="https://tphcm.example/" rel="noopener noreferrer">hai</a>'
    )


@pytest.mark.parametrize(
    ("body", "cleaned"),
    [
        ('<a href="JaVaScRiPt:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="data:text/html,x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="tel:1022">1022</a>', '<a href="tel:1022" rel="noopener noreferrer">1022</a>'),
        ("<style>p{}</style><p>a</p>", "<p>a</p>"),
        ("<p>a < b</p>", "<p>a &lt; b</p>"),
        ("<scr<script>ipt>x()</scr</script>ipt>", "ipt&gt;x()ipt&gt;"),
    ],
)
def test_cleaning_keeps_what_is_read_and_drops_what_runs(body: str, cleaned: str) -> None:
    assert clean(body) == cleaned
    assert clean(cleaned) == cleaned


def test_plain_text_parts_the_words_of_neighbouring_elements() -> None:
    assert plain_text("<ul><li>Phường&nbsp;Sài Gòn</li><li>a &lt; b</li></ul>") == "Phường Sài Gòn a < b"


def test_a_slug_is_made_of_the_folded_title() -> None:
    assert slug_of("[Mới] Đường Hoà Bình: 24/11!") == "moi-duong-hoa-binh-24-11"


@pytest.mark.parametrize("by", ["lan", "officer", "alerter"])
async def test_only_an_editor_publishes(city: AskedCity, by: str) -> None:
    assert await city.refused(PUBLISH, by=by, input=article()) == ["FORBIDDEN"]
    assert "sua-chua-duong-hoa-binh" not in await slugs(city)


async def test_anonymous_does_not_publish(city: AskedCity) -> None:
    assert await city.refused(PUBLISH, input=article()) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "  "}, "TITLE_EMPTY"),
        ({"title": "a" * 201}, "TITLE_TOO_LONG"),
        ({"summary": ""}, "SUMMARY_EMPTY"),
        ({"summary": "a" * 501}, "SUMMARY_TOO_LONG"),
        ({"bodyHtml": " "}, "BODY_EMPTY"),
        ({"bodyHtml": "<script>steal()</script>"}, "BODY_EMPTY"),
        ({"bodyHtml": "a" * 50_001}, "BODY_TOO_LONG"),
        ({"slug": "Không-được"}, "BAD_SLUG"),
        ({"title": "???"}, "BAD_SLUG"),
        ({"slug": "mau-gia-ve-xe-buyt"}, "SLUG_TAKEN"),
    ],
)
async def test_an_article_that_is_not_fit_to_print_is_refused(
    city: AskedCity, changes: dict[str, Any], code: str
) -> None:
    before = (await city.ask(NEWS))["news"]["totalCount"]
    assert await city.refused(PUBLISH, by="editor", input=article(**changes)) == [code]
    assert (await city.ask(NEWS))["news"]["totalCount"] == before


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("xe buyt", ["mau-gia-ve-xe-buyt"]),
        ("XE BUÝT", ["mau-gia-ve-xe-buyt"]),
        ("duong pho", ["mau-phan-anh-qua-1022"]),
        ("43 nguyen van b", ["mau-trung-tam-phuc-vu-hanh-chinh-cong"]),
        ('van hoa" OR "xe', []),
        ("NEAR(xe buyt)", []),
        ("***", []),
    ],
)
async def test_news_is_found_without_marks_and_by_a_beginning(city: AskedCity, search: str, found: list[str]) -> None:
    assert await slugs(city, search=search) == found


async def test_both_places_of_a_tone_mark_find_the_same(city: AskedCity) -> None:
    await city.ask(PUBLISH, by="editor", input=article())
    for search in ("hoà bình", "hòa bình", "hoa binh", "Hoà Bình đường"):
        assert await slugs(city, search=search) == ["sua-chua-duong-hoa-binh"]


async def test_a_blank_search_is_no_search(city: AskedCity) -> None:
    assert (await city.ask(NEWS, search=" "))["news"]["totalCount"] == 8


async def test_pages_of_news_neither_repeat_nor_skip(city: AskedCity) -> None:
    whole = await slugs(city, first=100)
    first = (await city.ask(NEWS, first=3))["news"]
    await city.ask(PUBLISH, by="editor", input=article())
    second = (await city.ask(NEWS, first=100, after=first["pageInfo"]["endCursor"]))["news"]
    assert [node["slug"] for node in first["nodes"] + second["nodes"]] == whole
    assert second["pageInfo"]["hasNextPage"] is False


async def test_news_of_one_topic(city: AskedCity) -> None:
    assert await slugs(city, topic="DIGITAL") == ["mau-dinh-danh-muc-1-va-muc-2", "mau-phan-anh-qua-1022"]


@pytest.mark.parametrize("after", ["WyJhIiwxXQ==", "WzEsLTFd", "Wzk5OTk5OTk5OTk5OTk5OTk5OTksMV0=", "WzEuNSwxXQ=="])
async def test_a_made_up_cursor_is_refused(city: AskedCity, after: str) -> None:
    assert await city.refused(NEWS, after=after) == ["BAD_CURSOR"]


async def test_an_article_is_found_by_its_slug_and_by_its_id(city: AskedCity) -> None:
    query = "query ($id: ID, $slug: String) { article(id: $id, slug: $slug) { id isSample } }"
    found = {"article": {"id": "Article:mau-gia-ve-xe-buyt", "isSample": True}}
    assert await city.ask(query, slug="mau-gia-ve-xe-buyt") == found
    assert await city.ask(query, id="Article:mau-gia-ve-xe-buyt") == found
    assert await city.ask(query, slug="khong-co") == {"article": None}
    assert await city.refused(query) == ["ID_OR_SLUG"]


async def test_seeding_again_adds_nothing_and_every_seeded_article_says_it_is_a_sample(city: AskedCity) -> None:
    await city.hosted("engagement").database.change(seed)
    nodes = (await city.ask("{ news(first: 100) { nodes { title isSample bodyHtml } } }"))["news"]["nodes"]
    assert len(nodes) == 8
    for node in nodes:
        assert node["isSample"] is True
        assert node["title"].startswith("[Bài mẫu] ")
        assert clean(node["bodyHtml"]) == node["bodyHtml"]
