"""What looks like personal data: a citizen number, a phone number, an e-mail address. For what must hold none."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PATTERNS: Final = (
    # An identity card has 9 digits, a citizen number 12; the city's own codes (wards, serials) have 8 at most.
    re.compile(r"(?<!\w)\d{9,}(?!\w)"),
    # The same written in groups. They begin with 0, as phones do; a phone also with +84. What follows a dash or a dot
    # is the end of a code, such as PA-260823-00012.
    re.compile(r"(?<![\w.-])\+?(?:84|0)(?:[ .()-]{0,2}\d){8,11}(?!\w)"),
    re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
)


def looks_personal(text: str) -> bool:
    """Whether something in it looks like one of the three, in digits of any script."""
    plain = unicodedata.normalize("NFKC", text)
    return any(pattern.search(plain) for pattern in _PATTERNS)
