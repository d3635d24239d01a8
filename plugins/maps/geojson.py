"""GeoJSON, read one feature at a time: a file of any size takes the memory of its largest feature."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

CHUNK = 1 << 16
VALUE_MOST = 1 << 24
"""Characters that one feature may have."""

_SPACE = " \t\r\n"
_NUMBER = "0123456789.eE+-"


class BadGeoJson(ValueError):  # noqa: N818
    """The file is no GeoJSON feature collection, or is cut short. The message says where it stops being one."""


def features_of(path: Path) -> Iterator[Any]:
    """The members of ``features``, decoded, in the order of the file.

    Raises:
        BadGeoJson: the file is not UTF-8, not JSON, or has no list called ``features`` at its top.
        OSError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from _Reader(file).features()
    except UnicodeDecodeError:
        raise BadGeoJson("the file is not UTF-8") from None


class _Reader:
    """Reads JSON values one after another from a file, refilling a buffer."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self._at = 0
        self._ended = False

    def features(self) -> Iterator[Any]:
        self._take("{", "the file does not begin with an object")
        found = False
        while (sign := self._peek()) != "}":
            if sign == ",":
                self._at += 1
            name = self._value()
            self._take(":", "a name without a value")
            if name == "features" and not found:
                found = True
                yield from self._members()
            else:
                self._value()
        if not found:
            raise BadGeoJson('the file has no list "features": it is not a FeatureCollection')

    def _members(self) -> Iterator[Any]:
        self._take("[", '"features" is not a list')
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            sign = self._peek()
            self._at += 1
            if sign == "]":
                return
            if sign != ",":
                raise BadGeoJson("two features without a comma between")

    def _peek(self) -> str:
        """The next character that is not space, not taken.

        Raises: BadGeoJson: there is none.
        """
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in _SPACE:
                    return self._buffer[self._at]
                self._at += 1
            if not self._fill():
                raise BadGeoJson("the file ends before the collection does")

    def _take(self, sign: str, otherwise: str) -> None:
        if self._peek() != sign:
            raise BadGeoJson(otherwise)
        self._at += 1

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise BadGeoJson("lists within lists, too deep") from None
            except ValueError as error:
                if not self._fill():
                    raise BadGeoJson(f"not JSON: {str(error).split(':')[0]}") from None
                continue
            # A number may go on behind the end of the buffer: "0", "0." and "0.5" all begin alike.
            if self._buffer[end:].lstrip(_NUMBER) or not self._fill():
                self._at = end
                return value

    def _fill(self) -> bool:
        """Read on, as much again as is unread; False at the end of the file.

        Raises: BadGeoJson: one value is longer than ``VALUE_MOST``.
        """
        if self._ended:
            return False
        rest = self._buffer[self._at :]
        if len(rest) > VALUE_MOST:
            raise BadGeoJson(f"a value has more than {VALUE_MOST} characters")
        more = self._file.read(max(CHUNK, len(rest)))
        self._ended = not more
        self._buffer, self._at = rest + more, 0
        return bool(more)
