"""The catalogue of notifications: which event tells its reporter what, in two languages. The table is data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter

from pydantic import BaseModel, ConfigDict, TypeAdapter, field_validator

FILE = Path(__file__).parent / "data" / "notifications.toml"
PLACEHOLDERS = frozenset({"code"})


class NotificationKind(StrEnum):
    """What a notification tells."""

    REPORT_SUBMITTED = "REPORT_SUBMITTED"
    REPORT_RECEIVED = "REPORT_RECEIVED"
    REPORT_FORWARDED = "REPORT_FORWARDED"
    REPORT_ACCEPTED = "REPORT_ACCEPTED"
    REPORT_ANSWERED = "REPORT_ANSWERED"


class Template(BaseModel):
    """One row of the table. ``{code}`` in a text becomes the report's code; there is no other placeholder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str
    kind: NotificationKind
    title: str
    body: str
    title_en: str
    body_en: str

    @field_validator("title", "body", "title_en", "body_en")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None} - PLACEHOLDERS
        if unknown:
            raise ValueError(f"has {sorted(unknown)}: a template knows only {sorted(PLACEHOLDERS)}")
        return text


@cache
def catalogue() -> Mapping[str, Template]:
    """Event kind -> its template."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    templates = TypeAdapter(list[Template]).validate_python(raw["notification"])
    table = {template.event: template for template in templates}
    if len(table) != len(templates):
        raise ValueError(f"{FILE.name} names an event twice: one event, one notification")
    return table
