"""Settings of ``agencies``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """``[plugins.agencies.settings]``."""

    model_config = ConfigDict(extra="forbid")

    search_most: int = Field(100, ge=1)
    """Characters that a search text may have."""
