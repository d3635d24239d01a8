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

    def as_text(self) -> str:
        """For the command: what was stored, and each refused place with its reason."""
        done = f"{self.kind}: {self.accepted} imported" if self.ok else f"{self.kind}: nothing imported"
        return "\n".join([done, *(f"  {place or 'file'}: {why}" for place, why in self.refused)])

    @property
    def ok(self) -> bool:
        return not self.refused
