"""What an import of a file did: for the command, and for whoever sent the file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``kind``: what was imported, such as ``wards``. ``accepted``: how many were stored; 0 when any was refused.

    ``refused``: (number of the line or feature in the file, from 1; 0 is the file itself) and why.
    """

    kind: str
    accepted: int
    refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.refused
