"""What a session shows of the device it is on: the browser and the system, from ``User-Agent``, and nothing finer."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "Unknown"
_READ_MOST: Final = 512

# The first whose mark is found is it: most browsers say that they are Chrome and Safari too.
_BROWSERS: Final = (
    ("congdanso/", "CongDanSo"),
    ("zalo", "Zalo"),
    ("coc_coc_browser/", "Coc Coc"),
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("crios/", "Chrome"),
    ("headlesschrome/", "Chrome"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("android", "Android"),
    ("iphone", "iOS"),
    ("ipad", "iPadOS"),
    ("cros ", "ChromeOS"),
    ("windows", "Windows"),
    ("mac os x", "macOS"),
    ("linux", "Linux"),
)


def device_of(user_agent: str | None) -> str:
    """Such as ``Chrome, Android``; ``Unknown`` when it tells neither. Nothing of the header itself is in it.

    For people to know their sessions by, not to decide by: anybody may send any header.
    """
    text = (user_agent or "")[:_READ_MOST].lower()
    found = [_first(text, _BROWSERS), _first(text, _SYSTEMS)]
    return ", ".join(each for each in found if each) or UNKNOWN


def _first(text: str, marks: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in marks if mark in text), "")
