"""Texts and contacts that a person types, as they are stored."""

from __future__ import annotations

import re
import unicodedata

from gateway.plugin import Refused
from plugins.accounts.terms import ContactKind

EMAIL_MOST = 254

_MOBILE = re.compile(r"(?:\+?84|0)([35789][0-9]{8})", re.ASCII)
_BETWEEN = re.compile(r"[ .()\-\u00a0]")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)


def clean(value: str, *, one_line: bool = False) -> str:
    """In Unicode form NFC, without control and direction characters and blanks around it."""
    composed = unicodedata.normalize("NFC", value).replace("\r\n", "\n")
    kept = "".join(c if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else " " for c in composed)
    return " ".join(kept.split()) if one_line else kept.strip()


def checked_text(value: str, most: int, *, field: str, code: str, one_line: bool = False) -> str:
    """Raises: Refused: ``code``, when it has more than ``most`` characters."""
    text = clean(value, one_line=one_line)
    if len(text) > most:
        raise Refused(f"{field} has {len(text)} characters: at most {most}.", code=code, field=field)
    return text


def checked_contact(kind: ContactKind, value: str) -> str:
    """A Vietnamese mobile number as +84..., an e-mail address with its domain in lower case.

    Raises:
        Refused: BAD_PHONE, BAD_EMAIL. The message does not hold it.
    """
    if kind is ContactKind.PHONE:
        mobile = _MOBILE.fullmatch(_BETWEEN.sub("", value)) if len(value) < 40 else None
        if mobile is None:
            text = "value is a Vietnamese mobile number, such as 0 or +84 and nine digits."
            raise Refused(text, code="BAD_PHONE", field="value")
        return f"+84{mobile[1]}"
    email = value.strip()
    local, _, domain = email.rpartition("@")
    if len(email) > EMAIL_MOST or _EMAIL.fullmatch(email) is None or ".." in email or local.endswith("."):
        raise Refused("value is an e-mail address, such as ten@example.vn.", code="BAD_EMAIL", field="value")
    return f"{local}@{domain.lower()}"
