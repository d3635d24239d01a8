"""What the plugin asks of others: the ward of a place, what they hold of a person, and to erase it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.plugin import Answer, Context, Refused, question
from plugins.accounts.service.requests import Part
from plugins.accounts.settings import AccountsSettings
from schema.geo import Point


class Questions:
    """Questions that any plugin may answer which has wards, or holds something of people."""

    @question
    async def accounts_ward_of(self, context: Context, point: Point) -> str | None:
        """GSO code of the ward that the point lies in."""

    @question
    async def accounts_export(self, context: Context, person: str) -> dict[str, Any]:
        """What the answering plugin holds of the person, as JSON says it, for the person to read. Who asks is the
        person or has the scope accounts:answer_requests: the answering plugin looks.
        """
        raise NotImplementedError

    @question
    async def accounts_erase(self, context: Context, person: str) -> dict[str, Any]:
        """Erase what can be, cut the person out of what law keeps: ``{"erased": count, "kept": count, "why": {"vi",
        "en"}}``. Asked again it does no harm. Who asks has the scope accounts:answer_requests: the answering plugin
        looks.
        """
        raise NotImplementedError


class _Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    vi: str = Field("", max_length=1000)
    en: str = Field("", max_length=1000)


class _Erased(BaseModel):
    model_config = ConfigDict(extra="forbid")

    erased: int = Field(ge=0)
    kept: int = Field(ge=0)
    why: _Why = _Why()


async def ward_of(context: Context, point: Point) -> str | None:
    """GSO code of the point's ward; None when nobody knows."""
    answers = await context.ask("accounts_ward_of", point=point)
    return next((answer.value for answer in answers if isinstance(answer.value, str)), None)


async def export_of(context: Context, person: str) -> dict[str, Any]:
    """Plugin -> what it holds of the person. Raises: Refused: PLUGIN_SILENT."""
    answers = await context.ask("accounts_export", person=person)
    _check_answered(context, answers)
    return {answer.plugin: answer.value for answer in answers}


async def erase_of(context: Context, person: str) -> list[Part]:
    """What each plugin erased and kept. Raises: Refused: PLUGIN_SILENT."""
    answers = await context.ask("accounts_erase", person=person)
    _check_answered(context, answers)
    return [_part(answer) for answer in answers]


def _check_answered(context: Context, answers: list[Answer]) -> None:
    needed = context.settings(AccountsSettings).must_answer
    silent = sorted(set(needed) - {answer.plugin for answer in answers})
    if silent:
        text = f"{', '.join(silent)} did not answer: try again later."
        raise Refused(text, code="PLUGIN_SILENT")


def _part(answer: Answer) -> Part:
    try:
        told = _Erased.model_validate(answer.value)
    except ValidationError:
        raise Refused(f"{answer.plugin} did not say what it erased.", code="PLUGIN_SILENT") from None
    return Part(answer.plugin, told.erased, told.kept, told.why.vi, told.why.en)
