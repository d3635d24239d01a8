"""Old addresses to new wards, as people write them."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from gateway.host.testing import AskedCity as City
from gateway.plugin import Refused
from plugins.maps.conversion import convert_address
from plugins.maps.models import FormerUnitRow, WardRow

CONVERT = """
query ($text: String!) {
  convertAddress(text: $text) { isDefault relation former { code name district province } ward { fullName } }
}
"""


def told(session: Session, text: str) -> list[str]:
    """``old name > new ward``, with * at the default of a former unit that was split."""
    wards = {row.code: row.full_name for row in session.exec(select(WardRow))}
    found = []
    for candidate in convert_address(session, text, most=300):
        mark = "*" if candidate.former and candidate.former.share == "PART_DEFAULT" else ""
        name = f"{candidate.former.name}, {candidate.former.district}" if candidate.former else "today"
        found.append(f"{name} > {wards[candidate.ward_code]}{mark}")
    return found


HIEP_THANH = [
    "Phường Hiệp Thành, Thành phố Thủ Dầu Một > Phường Phú Lợi*",
    "Phường Hiệp Thành, Thành phố Thủ Dầu Một > Phường Thủ Dầu Một",
]


async def test_hiep_thanh_of_thu_dau_mot_has_two_candidates_and_phu_loi_is_the_default(city: City) -> None:
    former = {
        "code": "25741",
        "name": "Phường Hiệp Thành",
        "district": "Thành phố Thủ Dầu Một",
        "province": "Tỉnh Bình Dương",
    }
    found = await city.ask(CONVERT, text="Phường Hiệp Thành, Thủ Dầu Một")
    assert found["convertAddress"] == [
        {"isDefault": True, "relation": "SPLIT", "former": former, "ward": {"fullName": "Phường Phú Lợi"}},
        {"isDefault": False, "relation": "SPLIT", "former": former, "ward": {"fullName": "Phường Thủ Dầu Một"}},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Phường Hiệp Thành, Thủ Dầu Một",
        "phuong hiep thanh, tp. thu dau mot, binh duong",
        "P. Hiệp Thành, TP Thủ Dầu Một, Tỉnh Bình Dương",
        "12/3 Đường Phú Lợi, Hiệp Thành, Thị xã Thủ Dầu Một",
        "Phú Lợi, Phường Hiệp Thành, Thành phố Thủ Dầu Một",
        "phường hiệp thành thủ dầu một",
        "Phường Hiệp Thành, Bình Dương",
    ],
)
def test_one_address_written_in_many_ways_is_found(session: Session, text: str) -> None:
    assert told(session, text) == HIEP_THANH


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("P.1, Q.3", ["Phường 1, Quận 3 > Phường Bàn Cờ"]),
        ("p01 q3", ["Phường 1, Quận 3 > Phường Bàn Cờ"]),
        ("Phường 05, Quận 5, TP.HCM", ["Phường 5, Quận 5 > Phường An Đông"]),
        ("phường 12 quận tân bình thành phố hồ chí minh", ["Phường 12, Quận Tân Bình > Phường Bảy Hiền"]),
        ("Xã Tân Định, Bắc Tân Uyên", ["Xã Tân Định, Huyện Bắc Tân Uyên > Xã Bắc Tân Uyên"]),
        ("Phường Tân Uyên, Bình Dương", ["today > Phường Tân Uyên"]),
        ("Bình Dương", ["today > Phường Bình Dương"]),
        ("Xã Bình Chánh, Huyện Bình Chánh", ["Xã Bình Chánh, Huyện Bình Chánh > Xã Bình Chánh"]),
        ("TT. Củ Chi, H. Củ Chi", ["Thị trấn Củ Chi, Huyện Củ Chi > Xã Tân An Hội"]),
        ("Huyện Côn Đảo", ["Huyện Côn Đảo, Huyện Côn Đảo > Đặc khu Côn Đảo"]),
        ("Phường Thới Hòa, Bến Cát", ["Phường Thới Hòa, Thành phố Bến Cát > Phường Thới Hòa"]),
        ("Phường Thới Hoà, Bến Cát", ["Phường Thới Hòa, Thành phố Bến Cát > Phường Thới Hòa"]),
        ("Phường Thủ Thiêm, Quận 2", ["Phường Thủ Thiêm, Thành phố Thủ Đức > Phường An Khánh"]),
        ("TT Long Điền, Long Điền", ["Thị trấn Long Điền, Huyện Long Đất > Xã Long Điền"]),
        ("Phường Hiệp Thành, Quận 1", []),
        ("Hàng Bạc, Hoàn Kiếm, Hà Nội", []),
        (", ,", []),
        ("", []),
    ],
)
def test_the_district_decides_between_units_of_one_name(session: Session, text: str, found: list[str]) -> None:
    assert told(session, text) == found


def test_todays_ward_is_told_too_when_no_district_is_named(session: Session) -> None:
    found = told(session, "Phường An Phú, TP.HCM")
    assert found[0] == "today > Phường An Phú"
    assert {line.split(" > ")[0] for line in found[1:]} == {
        "Phường An Phú, Thành phố Thuận An",
        "Phường An Phú, Thành phố Thủ Đức",
    }


def test_every_former_unit_is_found_by_its_full_address_with_its_one_default(session: Session) -> None:
    rows = session.exec(select(FormerUnitRow)).all()
    assert len(rows) == 493
    wrong = []
    for row in rows:
        found = convert_address(session, f"{row.name}, {row.district}, {row.province}", most=300)
        mine = [candidate for candidate in found if candidate.former and candidate.former.code == row.code]
        if found != mine or sum(candidate.is_default for candidate in mine) != 1 or not mine[0].is_default:
            wrong.append((row.name, row.district, [c.ward_code for c in found]))
        elif row.ward_code not in {candidate.ward_code for candidate in mine}:
            wrong.append((row.name, row.district, "its ward is missing"))
    assert wrong == []


def test_a_text_too_long_is_refused(session: Session) -> None:
    with pytest.raises(Refused) as refusal:
        convert_address(session, "x" * 301, most=300)
    assert (refusal.value.code, refusal.value.field) == ("TEXT_TOO_LONG", "text")


@pytest.mark.parametrize("text", ["hiep tha", "hiep thanh thu dau m", "phường hiệp thành thành phố thủ"])
def test_the_beginning_of_an_address_is_enough(session: Session, text: str) -> None:
    assert told(session, text)[:2] == HIEP_THANH


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", '"', "*", "P", "Q.", "0", "\x00", "﷽" * 300])
def test_any_text_is_answered(session: Session, text: str) -> None:
    assert all(candidate.ward_code for candidate in convert_address(session, text, most=300))
