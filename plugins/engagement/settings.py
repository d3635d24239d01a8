"""Settings of engagement: how long texts may be, how long an alert may stand, who sends it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class EngagementSettings(BaseModel):
    """``[plugins.engagement.settings]``. Lengths are in characters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    article_title_max: int = Field(200, ge=20)
    article_summary_max: int = Field(500, ge=50)
    article_body_max: int = Field(50_000, ge=1000)
    """Of the HTML as it was sent, before it is cleaned."""
    alert_headline_max: int = Field(160, ge=40)
    """CAP 1.2 asks for at most 160, so that a headline fits one text message."""
    alert_text_max: int = Field(4000, ge=200)
    alert_duration_max_h: int = Field(24 * 30, ge=1)
    """An alert that stands longer is news, and nobody reads it as an alert any more."""
    alert_sender: str = Field("congdanso-tphcm", pattern=r"^[^\s,&<]+$")
    """CAP's sender; with the identifier it names a message in the world."""
