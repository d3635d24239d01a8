"""How large a response may be: values and text, counted before anything is encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gateway.execution.errors import RESPONSE_LIMIT

# Below so many values an answer is not walked again for its text: no text of a city is as long as 10 KB a piece.
_FEW: Final = 1_000


class ResponseLimitError(Exception):
    """The answer is larger than a response may be."""

    def error(self) -> dict[str, Any]:
        """The one error of the response that is given instead."""
        return {"message": "The answer is too large: ask for less at a time.", "extensions": {"code": RESPONSE_LIMIT}}


@dataclass(frozen=True, slots=True)
class ResponseLimits:
    """``values``: of fields, however deep, and items of lists. ``characters``: of all its strings together."""

    values: int = 200_000
    characters: int = 10_000_000

    def check_projected(self, data: Any, values: int) -> None:
        """Of an answer whose ``values`` were counted while it was made.

        Raises: ResponseLimitError.
        """
        if values > _FEW:
            self.check(data)

    def check(self, data: Any) -> None:
        """Raises: ResponseLimitError."""
        values = characters = 0
        level = [data]
        while level:
            below: list[Any] = []
            for part in level:
                items = part.values() if part.__class__ is dict else part
                values += len(part)
                for item in items:
                    kind = item.__class__
                    if kind is str:
                        characters += len(item)
                    elif kind is dict or kind is list:
                        below.append(item)
                if values > self.values or characters > self.characters:
                    raise ResponseLimitError
            level = below


def size_of(data: Any) -> tuple[int, int]:
    """How many values, and characters of strings, a list or map has below it."""
    values = characters = 0
    pending = [data]
    while pending:
        part = pending.pop()
        values += len(part)
        for item in part.values() if part.__class__ is dict else part:
            if item.__class__ is str:
                characters += len(item)
            elif item.__class__ is dict or item.__class__ is list:
                pending.append(item)
    return values, characters
