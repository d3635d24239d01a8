"""Selection sets that stand at several places of a text become named fragments, written once.

Without them a selection below many types of an interface would be written once for each, and again at each level.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HELD = re.compile("\x01(\\d+)\x02")
SHORT = 40


class Fragments:
    """Holds the selection sets of one text under numbers until it is known which are used often."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, str]] = []
        self.numbers: dict[tuple[str, str], int] = {}

    def hold(self, type_name: str, body: str) -> str:
        """A sign that stands for ``{body}`` on a value of the type."""
        key = (type_name, body)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.bodies)
            self.bodies.append(key)
        return f"\x01{number}\x02"

    def finished(self, text: str) -> str:
        """``text`` with every sign replaced, and the fragments after it."""
        uses = self._uses(text)
        names: dict[int, str] = {}
        for number, (_, body) in enumerate(self.bodies):
            if uses[number] > 1 and (len(body) > SHORT or HELD.search(body)):
                names[number] = f"f{len(names)}"
        done: dict[int, str] = {}
        # A body only holds signs of bodies that were held before it.
        for number, (_, body) in enumerate(self.bodies):
            done[number] = self._replaced(body, done, names)
        out = self._replaced(text, done, names)
        parts = [f"fragment {name} on {self.bodies[number][0]}{{{done[number]}}}" for number, name in names.items()]
        return "".join([out, *parts])

    def _uses(self, text: str) -> list[int]:
        uses = [0] * len(self.bodies)
        for holder in (text, *(body for _, body in self.bodies)):
            for sign in HELD.finditer(holder):
                uses[int(sign[1])] += 1
        return uses

    def _replaced(self, text: str, done: dict[int, str], names: dict[int, str]) -> str:
        def put(sign: re.Match[str]) -> str:
            number = int(sign[1])
            return f"{{...{names[number]}}}" if number in names else f"{{{done[number]}}}"

        return HELD.sub(put, text)


def join(texts: Iterable[str]) -> str:
    """Selections side by side, with a space only where two would run together."""
    out: list[str] = []
    for text in texts:
        if out and out[-1][-1] not in "})\x02" and text[0] != ".":
            out.append(" ")
        out.append(text)
    return "".join(out)
