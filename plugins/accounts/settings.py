"""The settings of the plugin: how many of each thing one person has, and who must answer before data is handed out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class AccountsSettings(BaseModel):
    """``[plugins.accounts.settings]``. Numbers are of one person.

    ``must_answer``: plugins without whose answer no data file is made and nobody is erased. ``sender``:
    ``package.module:function`` of ``Services -> ContactSender``; None is the outbox in development, and nothing at all
    in production.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    places_max: int = Field(20, ge=1, le=100)
    contacts_max: int = Field(5, ge=1, le=20)
    label_max: int = Field(60, ge=1)
    note_max: int = Field(1000, ge=1)
    reason_max: int = Field(480, ge=1, le=480)
    file_max_bytes: int = Field(5 * 1024 * 1024, ge=1000)
    file_days: int = Field(7, ge=1)
    must_answer: tuple[str, ...] = ()
    sender: str | None = None
