"""DataAccess: who did what with a person's data, by role and agency and never by name."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from typing import Any

import strawberry

from plugins.accounts.catalogue import FOLDER
from plugins.accounts.service.access import Access
from plugins.accounts.types.links import Agency
from schema.micros import from_micros
from schema.text import Text


@strawberry.type(description="Somebody else did something with one's data. Only its person sees it.")
class DataAccess:
    at: datetime
    roles: list[str] = strawberry.field(description="That they held then, such as DPO; HELPER; SYSTEM for a program.")
    agency: Agency | None = strawberry.field(description="That they act for.")
    act: str = strawberry.field(description="Fixed, UPPER_SNAKE, such as DATA_REQUEST_READ.")
    title: Text = strawberry.field(description="What the act is, in words.")
    what: str = strawberry.field(description="The type of the thing, such as DataRequest; empty without one.")
    reason: str

    @classmethod
    def of(cls, access: Access) -> DataAccess:
        titles = _titles()
        title = titles["acts"].get(access.act, titles["other"])
        return cls(
            at=from_micros(access.at),
            roles=list(access.roles),
            agency=None if access.agency is None else Agency.at(access.agency),
            act=access.act,
            title=Text(vi=title["vi"], en=title["en"]),
            what=access.what,
            reason=access.reason,
        )


@cache
def _titles() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "acts.toml").read_text(encoding="utf-8"))
