"""The small types of the graph: the category and the place of a report."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry

from plugins.feedback.categories import Category, category_of
from plugins.feedback.enums import Kind
from schema.geo import LatLng


@strawberry.type(description="What a report is filed under.")
class ReportCategory:
    code: str = strawberry.field(description="Fixed, UPPER_SNAKE, such as GIAO_THONG.")
    kind: Kind = strawberry.field(description="The kind of report that the category is for.")
    name: str = strawberry.field(description="Vietnamese.")
    name_en: str | None
    example: str | None = strawberry.field(description="What citizens report under it, in Vietnamese.")

    @classmethod
    def of(cls, category: Category) -> ReportCategory:
        return cls(
            code=category.code,
            kind=category.kind,
            name=category.name,
            name_en=category.name_en,
            example=category.example,
        )


@cache
def category_node(code: str) -> ReportCategory:
    """One object stands for a category in every report that is filed under it."""
    return ReportCategory.of(category_of(code))


@strawberry.type(description="Where a report is about.")
class ReportLocation:
    point: LatLng | None
    address_text: str | None = strawberry.field(description="As the citizen wrote it.")
    accuracy_m: float | None = strawberry.field(description="Radius in metres, as the device gave it.")

    @classmethod
    def of(cls, row: Any) -> ReportLocation | None:
        """None for a report without a point and an address."""
        if row.lat is None and row.address_text is None:
            return None
        point = None if row.lat is None else LatLng(lat=row.lat, lng=row.lng)
        return cls(point=point, address_text=row.address_text, accuracy_m=row.accuracy_m)
