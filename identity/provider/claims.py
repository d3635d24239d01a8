"""Who signed in: the provider's claims, under their own names, made into ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from unicodedata import normalize

from identity.provider.errors import ProviderRefused
from identity.provider.settings import ProviderSettings

_NAME_MOST: Final = 200
_DATE_FORMS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%m-%Y")


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom the provider vouches for. ``citizen_id``, ``name``: "" where they are not required and not told.

    ``birth_date``: ISO; "" when it is not told or not a whole date (some people's papers know the year alone).
    ``level``: 0 to 2. ``auth_at``: epoch seconds. ``sid``: the provider's session, "" without one.
    """

    subject: str = field(repr=False)
    citizen_id: str = field(repr=False)
    name: str = field(repr=False)
    birth_date: str = field(repr=False)
    level: int
    acr: str
    auth_at: int
    sid: str = field(repr=False)
    id_token: str = field(repr=False)


def needs_userinfo(settings: ProviderSettings, claims: Mapping[str, Any]) -> bool:
    """Whether a claim that the settings name is not in the id_token."""
    return any(not claims.get(name) for name in _names(settings))


def completed(settings: ProviderSettings, claims: Mapping[str, Any], userinfo: Mapping[str, Any]) -> dict[str, Any]:
    """The id_token's claims, with those of the userinfo that the settings name and it does not have."""
    return {**{name: userinfo[name] for name in _names(settings) if name in userinfo}, **claims}


def identify(settings: ProviderSettings, claims: Mapping[str, Any], id_token: str, now: int) -> Identified:
    """``claims``: as ``completed``. ``now``: epoch seconds.

    Raises:
        ProviderRefused: CLAIMS_MISSING, CLAIM_INVALID.
    """
    names = settings.claims
    told = {
        "citizen_id": _text(claims, names.citizen_id),
        "name": _text(claims, names.name),
        "birth_date": _birth_date(_text(claims, names.birth_date)),
    }
    for name in settings.required_claims:
        if not told[name]:
            raise ProviderRefused("CLAIMS_MISSING", name)
    if told["citizen_id"] and not re.fullmatch(settings.citizen_id_form, told["citizen_id"], re.ASCII):
        raise ProviderRefused("CLAIM_INVALID", "citizen_id")
    acr = _text(claims, names.level)
    return Identified(
        subject=claims["sub"],
        **told,
        level=settings.levels.get(acr, settings.level_unsaid),
        acr=acr,
        auth_at=int(claims.get("auth_time") or now),
        sid=claims.get("sid", ""),
        id_token=id_token,
    )


def _names(settings: ProviderSettings) -> list[str]:
    return [name for name in settings.claims.model_dump().values() if name]


def _text(claims: Mapping[str, Any], name: str) -> str:
    given = claims.get(name)
    if given is None:
        return ""
    # A number for the level is as good as a word; of a citizen number it may have lost its zeros.
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 100:
        return str(given)
    text = " ".join(normalize("NFC", given).split()) if isinstance(given, str) else "\0"
    if len(text) > _NAME_MOST or not text.isprintable():
        raise ProviderRefused("CLAIM_INVALID", "form")
    return text


def _birth_date(text: str) -> str:
    for form in _DATE_FORMS:
        try:
            born: date = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return born.isoformat()
    return ""
