"""Settings of ``maps``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """``[plugins.maps.settings]``."""

    model_config = ConfigDict(extra="forbid")

    text_most: int = Field(300, ge=1)
    """Characters that a search text or an address may have."""
    refresh_s: float = Field(60.0, gt=0)
    """How often to look whether ward polygons were imported, besides being told by the event."""
