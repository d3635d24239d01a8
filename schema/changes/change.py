"""One change, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Worst first. INFO is what no client can notice, such as a field that another subgraph answers now."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Change:
    """``where`` is a schema coordinate (``Type.field(argument:)``), or the name of a subgraph."""

    level: Level
    code: str
    where: str
    message: str

    def as_map(self) -> dict[str, str]:
        return {"level": self.level.value, "code": self.code, "where": self.where, "message": self.message}
