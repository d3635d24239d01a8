"""Lists of reports: search, filters, pages, counts, the inbox and the map."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from gateway.data.database import count_queries
from gateway.host.testing import AskedCity
from identity.actor import Actor
from plugins.feedback.plugin import LAYER, map_features_in
from plugins.feedback.service import Draft, submit_report
from plugins.feedback.settings import DEFAULTS
from plugins.feedback.tests.asks import LIST, PUBLIC_SAMPLES, submit
from schema.geo import Box, Point

NODES = """query ($filter: ReportFilter, $first: Int, $after: String) {
  reports(filter: $filter, first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}"""


async def found(city: AskedCity, by: str | None = None, **wanted: Any) -> list[str]:
    """The numbers of the sample reports that a filter finds, in the list's order."""
    nodes = (await city.ask(NODES, by=by, filter=wanted, first=100))["reports"]["nodes"]
    return [node["id"].removeprefix("Report:sample-") for node in nodes]


async def test_search_finds_words_without_their_marks_in_title_text_address_and_code(city: AskedCity) -> None:
    assert await found(city, search="o ga duong") == ["56", "32", "01"]
    assert await found(city, search="Ổ GÀ đường") == ["56", "32", "01"]
    assert await found(city, search="bang lang") == ["19"]
    assert await found(city, search="thùy vân") == ["07"]
    assert await found(city, search="PA-261019-00001") == ["19"]


async def test_search_wants_every_word_and_takes_the_last_one_as_begun(city: AskedCity) -> None:
    assert await found(city, search="karaoke xe") == []
    assert await found(city, search="karao") == ["06"]
    assert await found(city, search="karao keo") == []


async def test_a_search_that_is_blank_is_none_and_one_of_signs_alone_finds_nothing(city: AskedCity) -> None:
    assert len(await found(city, search="  ")) == PUBLIC_SAMPLES
    assert await found(city, search="*") == []
    assert await found(city, search="%_ ?!") == []


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ('" OR 1=1 --', []),
        ("' OR ''='", []),
        ("karaoke NEAR(", []),
        ("NEAR(", []),
        ("title:karaoke", []),
        ("karaoke*", ["06"]),
        ('"karaoke', ["06"]),
        ("karaoke) OR (", []),
        ("^karaoke", ["06"]),
        ("karaoke AND NOT keo", []),
        ("; DROP TABLE feedback_report; --", []),
        ("\x00karaoke", ["06"]),
        ("karaoke " * 500, ["06"]),
    ],
)
async def test_operators_in_a_search_are_words_like_any_other(city: AskedCity, search: str, numbers: list[str]) -> None:
    assert await found(city, search=search) == numbers
    assert len(await found(city)) == PUBLIC_SAMPLES


async def test_filters_narrow_the_list_together(city: AskedCity) -> None:
    assert await found(city, wardCode="26743") == ["33", "31", "13", "01"]
    assert await found(city, wardCode="26743", states=["IN_PROGRESS", "FORWARDED"]) == ["33", "31"]
    assert await found(city, agencyKey="TTQLGTCC") == ["27", "15", "11"]
    assert await found(city, category="DIEN_LUC") == ["50", "24"]
    assert await found(city, kind="PROPOSAL") == ["58", "43", "15"]
    assert await found(city, kind="OFFICER_CONDUCT") == []
    assert await found(city, category="DIEN_LUC", states=["RECEIVED"], search="lo lung") == ["50"]
    assert await found(city, states=[]) == []
    assert await found(city, category="' OR 1=1 --") == []


async def test_times_bound_the_list_the_first_moment_included(city: AskedCity) -> None:
    day = {"submittedAfter": "2026-11-21T07:28:00+07:00", "submittedBefore": "2026-11-21T16:05:00+07:00"}
    assert await found(city, **day) == ["55", "54"]
    assert await found(city, submittedAfter="2026-11-22T11:58:00Z") == ["59"]


async def test_pages_walk_the_whole_list_once_while_new_reports_come_in(city: AskedCity) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = (await city.ask(LIST, first=20, after=after))["reports"]
        seen += [node["id"] for node in page["nodes"]]
        await submit(city, title=f"Ổ gà mới số {len(seen)}")
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == PUBLIC_SAMPLES
    assert seen == sorted(seen, reverse=True)
    assert seen[0] == "Report:sample-59"
    assert seen[-1] == "Report:sample-01"


async def test_reports_of_one_moment_are_neither_skipped_nor_repeated(city: AskedCity) -> None:
    by = Actor(id="person-test", level=1, scopes=frozenset({"feedback:submit"}))
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    for n in range(4):
        draft = Draft("CAY_XANH", f"Cây ngã số {n}")
        await city.hosted("feedback").database.change(
            submit_report, draft, by, ward=None, settings=DEFAULTS, now=moment
        )
    titles: list[str] = []
    after = None
    for _ in range(4):
        page = (await city.ask(LIST, first=1, after=after, filter={"search": "cay nga so"}))["reports"]
        titles += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert titles == [f"Cây ngã số {n}" for n in (3, 2, 1, 0)]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_a_page_is_of_1_to_100_and_a_cursor_is_of_this_list(city: AskedCity) -> None:
    assert await city.refused(NODES, first=0) == ["PAGE_TOO_LARGE"]
    assert await city.refused(NODES, first=101) == ["LIST_ARGUMENT_LIMIT"]
    for after in ("", "x", "WzFd", "WyJhIiwiYiJd", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LDFd", "W251bGwsMV0="):
        assert await city.refused(NODES, after=after) == ["BAD_CURSOR"], after


async def test_a_page_is_one_query_and_is_counted_only_when_asked(city: AskedCity) -> None:
    statements = count_queries(city.hosted("feedback").database)
    await city.ask("{ reports(first: 100) { nodes { title isMine agency { id } ward { id } category { name } } } }")
    assert [s.split()[0] for s in statements if "feedback_" in s] == ["SELECT"]
    statements.clear()
    await city.ask("{ reports(first: 100) { totalCount nodes { title } } }")
    assert len([s for s in statements if "feedback_" in s]) == 2


async def test_histories_and_answers_of_a_page_are_one_query_each(city: AskedCity) -> None:
    statements = count_queries(city.hosted("feedback").database)
    await city.ask("{ reports(first: 40) { nodes { history { state } answers { text } } } }")
    assert len([s for s in statements if "feedback_" in s]) == 3


async def test_my_reports_are_mine_alone_and_private_ones_among_them(city: AskedCity) -> None:
    query = (
        "query ($filter: ReportFilter) { myReports(filter: $filter, first: 100) { nodes { id isMine visibility } } }"
    )
    assert await city.refused(query) == ["UNAUTHENTICATED"]
    nodes = (await city.ask(query, by="lan"))["myReports"]["nodes"]
    assert len(nodes) == 20
    assert {node["isMine"] for node in nodes} == {True}
    assert [n["id"] for n in nodes if n["visibility"] == "PRIVATE"] == ["Report:sample-40"]
    only = (await city.ask(query, by="lan", filter={"states": ["RECEIVED"]}))["myReports"]["nodes"]
    assert [node["id"] for node in only] == ["Report:sample-52", "Report:sample-49", "Report:sample-43"]


async def test_the_inbox_is_the_offices_and_waiting_is_what_one_can_act_on(city: AskedCity) -> None:
    query = "query ($tab: ReportInboxTab!) { reportInbox(tab: $tab, first: 100) { totalCount nodes { id state } } }"
    states = "query ($tab: ReportInboxTab!) { reportInbox(tab: $tab, first: 100) { nodes { state availableActions } } }"
    assert await city.refused(query, by="lan", tab="ALL") == ["FORBIDDEN"]
    assert (await city.ask(query, by="operator", tab="ALL"))["reportInbox"]["totalCount"] == 60
    bt = (await city.ask(query, by="officer-bt", tab="ALL"))["reportInbox"]["nodes"]
    assert [node["id"] for node in bt] == ["Report:sample-40", "Report:sample-33", "Report:sample-31"]
    to_accept = (await city.ask(query, by="officer-bt", tab="TO_ACCEPT"))["reportInbox"]["nodes"]
    assert [node["id"] for node in to_accept] == ["Report:sample-40", "Report:sample-33"]
    for by, expected in (("operator", {"SUBMITTED", "RECEIVED"}), ("officer", {"FORWARDED", "IN_PROGRESS"})):
        waiting = (await city.ask(states, by=by, tab="WAITING"))["reportInbox"]["nodes"]
        assert {node["state"] for node in waiting} == expected
        assert all(len(node["availableActions"]) == 1 for node in waiting)


async def test_an_agencys_reports_are_those_it_was_given(city: AskedCity) -> None:
    query = """{ agency(key: "TTQLGTCC") {
      reports { totalCount nodes { id } }
      answered: reports(state: ANSWERED, first: 1) { totalCount nodes { id } pageInfo { hasNextPage } }
    } }"""
    assert (await city.ask(query))["agency"] == {
        "reports": {"totalCount": 3, "nodes": [{"id": f"Report:sample-{n}"} for n in (27, 15, 11)]},
        "answered": {"totalCount": 2, "nodes": [{"id": "Report:sample-27"}], "pageInfo": {"hasNextPage": True}},
    }


async def test_the_map_shows_the_newest_reports_in_the_box_and_of_its_layer_alone(city: AskedCity) -> None:
    context = city.context("feedback")
    centre = Box(10.76, 106.68, 10.79, 106.71)
    text = files("plugins.feedback").joinpath("data/samples.toml").read_text(encoding="utf-8")
    public = [s for s in tomllib.loads(text)["report"] if "point" in s and s.get("visibility") != "PRIVATE"]
    inside = [f"Report:{s['key']}" for s in reversed(public) if centre.holds(Point(*s["point"]))]
    assert len(inside) == 8
    assert [feature.id for feature in await map_features_in(context, centre, (LAYER,), 200)] == inside
    assert [feature.id for feature in await map_features_in(context, centre, (LAYER,), 2)] == inside[:2]
    assert await map_features_in(context, centre, ("maps.wards",), 200) == []
