"""An event: something that has happened, told by ids and plain values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from schema.scalars import utc_now

Plain: TypeAlias = str | int | float | bool | list[str] | list[int] | None


@dataclass(frozen=True, slots=True)
class Event:
    """``kind``: ``plugin.past_participle``, such as ``feedback.report_submitted``. ``data``: ids and plain values,
    never names, numbers or texts of persons: events are kept, and travel.

    ``id``: 0 until it is stored, then growing in the order in which subscribers see events.
    """

    kind: str
    data: Mapping[str, Plain] = field(default_factory=dict)
    id: int = 0
    at: datetime = field(default_factory=utc_now)

    def __getitem__(self, name: str) -> Any:
        return self.data[name]
