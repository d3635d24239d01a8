"""Old addresses to new wards: which units a text names, by the names of before 2025-07-01 and of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, literal
from sqlmodel import Session, or_, select

from gateway.plugin import Refused
from plugins.maps.addresses import CITY, after_phrase, areas_named, bare, parts_of, with_present_districts, words
from plugins.maps.models import FormerUnitRow, WardRow

CANDIDATES_MOST = 50
PART = "PART"
_FULL_NAME, _BARE_NAME, _PREFIX = 2, 1, 0
_AREA_NAMED = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ward that an address may be in. ``former``: the unit it was in before; None when the text names today's ward.

    ``is_default``: the one to take of its former unit when nothing tells which.
    """

    ward_code: str
    former: FormerUnitRow | None
    is_default: bool


def convert_address(session: Session, text: str, *, most: int) -> list[Candidate]:
    """Candidates for an address in the old form or the new one, the likeliest first; an unknown one has none.

    Raises:
        Refused: TEXT_TOO_LONG, when the text has more than ``most`` characters.
    """
    if len(text) > most:
        raise Refused(f"text has at most {most} characters.", code="TEXT_TOO_LONG", field="text")
    parts = parts_of(text)
    if not parts:
        return []
    named = _units(session, parts)
    scored = _scored(session, named)
    best = max((score for score, _ in scored), default=0)
    # Only an address of the old form names a district, or a province that has gone.
    current = [] if best >= _AREA_NAMED else _current(session, parts, at_least=best)
    if not (named or current):
        scored = _scored(session, _begun(session, parts))
    former = [Candidate(row.ward_code, row, row.share != PART) for score, row in scored if score == best]
    former.sort(key=lambda c: (c.former.code if c.former else "", not c.is_default, c.ward_code))
    return [*current, *former][:CANDIDATES_MOST]


def _scored(session: Session, named: list[tuple[int, FormerUnitRow, str]]) -> list[tuple[int, FormerUnitRow]]:
    """How well each of the units fits, without those that do not."""
    if not named:
        return []
    districts, provinces = _area_names(session)
    scores = [(_score(strength, row, rest, districts, provinces), row) for strength, row, rest in named]
    return [(score, row) for score, row in scores if score is not None]


def _units(session: Session, parts: list[str]) -> list[tuple[int, FormerUnitRow, str]]:
    """Units that the parts name: how strongly, which, and what the text says after the name."""
    column: Any = FormerUnitRow
    rows = session.exec(select(FormerUnitRow).where(or_(column.name_folded.in_(parts), column.name_bare.in_(parts))))
    found = [_named_by_part(row, parts) for row in rows]
    if found:
        return found
    whole = " ".join(parts)
    padded = literal(f" {whole} ", String)
    rows = session.exec(select(FormerUnitRow).where(padded.contains(" " + column.name_folded + " ")))
    return [(_FULL_NAME, row, after_phrase(whole, row.name_folded)) for row in rows]


def _begun(session: Session, parts: list[str]) -> list[tuple[int, FormerUnitRow, str]]:
    """Units whose address begins with the text: somebody is still typing."""
    column: Any = FormerUnitRow
    begins = f"{' '.join(parts)}%"
    query = select(FormerUnitRow).where(or_(column.address_folded.like(begins), column.address_bare.like(begins)))
    return [(_PREFIX, row, "") for row in session.exec(query.limit(CANDIDATES_MOST))]


def _named_by_part(row: FormerUnitRow, parts: list[str]) -> tuple[int, FormerUnitRow, str]:
    name, strength = (row.name_folded, _FULL_NAME) if row.name_folded in parts else (row.name_bare, _BARE_NAME)
    return strength, row, " , ".join(parts[parts.index(name) + 1 :])


def _score(
    strength: int, row: FormerUnitRow, rest: str, districts: frozenset[str], provinces: frozenset[str]
) -> int | None:
    """How well a unit fits; None when the text names another district or another province than the unit's.

    Today all of it is Ho Chi Minh City, so that name excludes nothing.
    """
    named = areas_named(with_present_districts(rest), districts)
    if named and words(row.district) not in named:
        return None
    provinces_named = {name for name in areas_named(rest, provinces) if bare(name) != CITY}
    if provinces_named and words(row.province) not in provinces_named:
        return None
    return strength + (_AREA_NAMED if named or provinces_named else 0)


def _area_names(session: Session) -> tuple[frozenset[str], frozenset[str]]:
    pairs = session.exec(select(FormerUnitRow.district, FormerUnitRow.province).distinct()).all()
    return frozenset(words(district) for district, _ in pairs), frozenset(words(province) for _, province in pairs)


def _current(session: Session, parts: list[str], *, at_least: int) -> list[Candidate]:
    """Today's wards that a part names, of those named most strongly the first in the text first."""
    column: Any = WardRow
    rows = session.exec(select(WardRow).where(column.name_folded.in_([bare(part) for part in parts])))
    named = []
    for row in rows:
        full = words(row.full_name)
        if full in parts or row.name_folded in parts:
            strength = _FULL_NAME if full in parts else _BARE_NAME
            named.append((strength, parts.index(full if strength == _FULL_NAME else row.name_folded), row.code))
    best = max((strength for strength, _, _ in named), default=at_least)
    return [
        Candidate(code, None, True)
        for strength, _, code in sorted(named, key=lambda found: found[1:])
        if strength == best and strength >= at_least
    ]
