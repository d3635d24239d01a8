"""Who answers for a report: by category, by ward, and by a line for one ward."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from gateway.host.testing import AskedCity as City
from plugins.agencies.models import AssignmentRow

ANSWERS = """
query ($category: String!, $wardCode: String, $point: LatLngInput) {
  agencyForReport(category: $category, wardCode: $wardCode, point: $point) { key }
}
"""
BEN_THANH = "26743"
OTHER_WARD = "26740"
MARKET = {"lat": 10.7725, "lng": 106.6980}


@pytest.mark.parametrize(
    ("category", "key"),
    [
        ("GIAO_THONG", "SXD"),
        ("VIEN_THONG", "SKHCN"),
        ("VAN_TAI_CONG_CONG", "TTQLGTCC"),
        ("TAI_NGUYEN_MOI_TRUONG", "SNNMT"),
        ("HIEN_KE", "UBND-TP"),
        ("QUY_DINH_TTHC", "VP-UBND"),
        ("TRAT_TU_DO_THI", "UBND-26743"),
        ("DIEN_LUC", "UBND-26743"),
        ("SOMETHING_NEW", "UBND-26743"),
    ],
)
async def test_a_specialised_agency_answers_and_otherwise_the_wards_committee(
    city: City, category: str, key: str
) -> None:
    assert await city.ask(ANSWERS, category=category, wardCode=BEN_THANH) == {"agencyForReport": {"key": key}}


async def test_a_point_tells_the_ward(city: City) -> None:
    found = await city.ask(ANSWERS, category="TRAT_TU_DO_THI", point=MARKET)
    assert found == {"agencyForReport": {"key": "UBND-26743"}}


async def test_without_a_ward_only_a_specialised_agency_answers(city: City) -> None:
    hanoi = {"lat": 21.03, "lng": 105.85}
    assert await city.ask(ANSWERS, category="TRAT_TU_DO_THI") == {"agencyForReport": None}
    assert await city.ask(ANSWERS, category="TRAT_TU_DO_THI", point=hanoi) == {"agencyForReport": None}
    assert await city.ask(ANSWERS, category="TRAT_TU_DO_THI", wardCode="99999") == {"agencyForReport": None}
    assert await city.ask(ANSWERS, category="GIAO_THONG") == {"agencyForReport": {"key": "SXD"}}


async def test_a_line_for_one_ward_wins_there_and_nowhere_else(city: City) -> None:
    def assign(session: Session) -> None:
        session.add(AssignmentRow(category="TRAT_TU_DO_THI", ward_code=BEN_THANH, agency_key="SXD", basis="test"))
        session.add(AssignmentRow(category="GIAO_THONG", ward_code=BEN_THANH, agency_key=None, basis="test"))

    await city.hosted("agencies").database.change(assign)
    in_ward = [await city.ask(ANSWERS, category=c, wardCode=BEN_THANH) for c in ("TRAT_TU_DO_THI", "GIAO_THONG")]
    assert in_ward == [{"agencyForReport": {"key": "SXD"}}, {"agencyForReport": {"key": "UBND-26743"}}]
    elsewhere = [await city.ask(ANSWERS, category=c, wardCode=OTHER_WARD) for c in ("TRAT_TU_DO_THI", "GIAO_THONG")]
    assert elsewhere == [{"agencyForReport": {"key": "UBND-26740"}}, {"agencyForReport": {"key": "SXD"}}]
    assert await categories(city, "UBND-26743") == ["DIEN_LUC", "GIAO_THONG"]
    assert await categories(city, "UBND-26740") == ["DIEN_LUC", "TRAT_TU_DO_THI"]
    assert await categories(city, "SXD") == ["CAP_THOAT_NUOC", "CAY_XANH", "CHIEU_SANG", "GIAO_THONG", "TRAT_TU_DO_THI"]


async def test_every_category_is_somebodys(city: City) -> None:
    keys = ("SXD", "SKHCN", "TTQLGTCC", "SNNMT", "UBND-TP", "VP-UBND", "UBND-26740")
    assert sorted([c for key in keys for c in await categories(city, key)]) == [
        "CAP_THOAT_NUOC", "CAY_XANH", "CHIEU_SANG", "DIEN_LUC", "GIAO_THONG", "HIEN_KE", "QUY_DINH_TTHC",
        "TAI_NGUYEN_MOI_TRUONG", "TRAT_TU_DO_THI", "VAN_TAI_CONG_CONG", "VIEN_THONG",
    ]  # fmt: skip


async def test_other_plugins_are_told_who_answers_and_who_exists(city: City) -> None:
    context = city.context("feedback")
    told = await context.ask("feedback_agency_for", category="TRAT_TU_DO_THI", ward_code=BEN_THANH)
    assert [(answer.plugin, answer.value) for answer in told] == [("agencies", "UBND-26743")]
    exists = [(await context.ask("feedback_agency_exists", key=key))[0].value for key in ("SXD", "SGTVT")]
    assert exists == [True, False]


async def categories(city: City, key: str) -> list[str]:
    query = "query ($key: String!) { agency(key: $key) { categories } }"
    found: list[str] = (await city.ask(query, key=key))["agency"]["categories"]
    return found
