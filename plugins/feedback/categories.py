"""Categories of reports: read once from ``data/categories.csv``. Codes stay; names may change."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from plugins.feedback.terms import Kind
from schema.errors import Refused


@dataclass(frozen=True, slots=True)
class Category:
    """``kind``: the kind of report that the category is for. ``example``: what citizens report under it."""

    code: str
    kind: Kind
    name: str
    name_en: str | None = None
    example: str | None = None


@cache
def categories() -> Mapping[str, Category]:
    """By code, in the order in which they are shown."""
    text = files("plugins.feedback").joinpath("data/categories.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Category(row["code"], Kind(row["kind"]), row["name"], row["name_en"] or None, row["example"])
        for row in csv.DictReader(text.splitlines())
    }


def category_named(code: str, kind: Kind | None) -> Category:
    """The category of that code, for a report of ``kind`` (None: of whichever kind the category is for).

    Raises:
        Refused: UNKNOWN_CATEGORY; CATEGORY_NOT_FOR_KIND, when the category is for another kind.
    """
    category = categories().get(code)
    if category is None:
        raise Refused(
            f"There is no category {code[:60]!r}: take a code of reportCategories.",
            code="UNKNOWN_CATEGORY",
            field="category",
        )
    if kind is not None and kind is not category.kind:
        raise Refused(
            f"Category {code} is for {category.kind}, not for {kind}: leave kind out, or take another category.",
            code="CATEGORY_NOT_FOR_KIND",
            field="kind",
        )
    return category


def category_of(code: str) -> Category:
    """The category of a stored report; one whose code is no longer in the list goes by its code."""
    return categories().get(code) or Category(code, Kind.INCIDENT, code)
