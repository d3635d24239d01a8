"""The settings of the plugin: how long a text may be, and who may submit."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FeedbackSettings(BaseModel):
    """``[plugins.feedback.settings]``. Lengths are in characters (code points) of text in Unicode form NFC.

    ``submit_level``: the level of e-ID that submitting needs. ``answer_min``: an answer that is shorter says nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title_max: int = Field(120, ge=1)
    body_max: int = Field(4000, ge=1)
    address_max: int = Field(300, ge=1)
    answer_min: int = Field(30, ge=0)
    answer_max: int = Field(4000, ge=1)
    submit_level: int = Field(1, ge=0, le=2)
    request_key_max: int = Field(100, ge=1)


DEFAULTS = FeedbackSettings.model_validate({})
"""What holds where plugins.toml says nothing."""
