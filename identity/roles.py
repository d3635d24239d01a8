"""Roles: which there are, and what each needs to be granted."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from schema.errors import Refused

CITIZEN: Final = "CITIZEN"
ADMIN: Final = "ADMIN"
GRANTED: Final = frozenset(
    {
        *("OPERATOR", "OFFICER", "LEAD", "EDITOR", "ALERT_ISSUER", "ALERT_APPROVER"),
        *("AUDITOR", "DPO", ADMIN, "PLUGIN"),
    }
)
"""Those that somebody gives. CITIZEN is nobody's to give: whoever signs in by the e-ID is one."""
ROLES: Final = GRANTED | {CITIZEN}
WITH_AGENCY: Final = frozenset({"OFFICER", "LEAD"})
"""Those that act for an agency, and may be limited to wards."""

_AGENCY: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}", re.ASCII)
_WARD: Final = re.compile(r"[0-9]{5}")
WARDS_MOST: Final = 168


def check_role(role: str, agency: str | None, wards: Collection[str]) -> None:
    """Pass a role with the jurisdiction that it may have.

    Raises:
        Refused: BAD_ROLE, AGENCY_NEEDED, BAD_AGENCY, BAD_WARDS.
    """
    if role not in GRANTED:
        raise Refused(f"A role that is granted is one of {', '.join(sorted(GRANTED))}.", code="BAD_ROLE", field="role")
    if role in WITH_AGENCY and not agency:
        raise Refused(f"{role} acts for an agency: name its key.", code="AGENCY_NEEDED", field="agency")
    if agency is not None and _AGENCY.fullmatch(agency) is None:
        raise Refused("An agency's key is like SXD or UBND-26743.", code="BAD_AGENCY", field="agency")
    if wards and role not in WITH_AGENCY:
        text = f"Only {' and '.join(sorted(WITH_AGENCY))} are limited to wards."
        raise Refused(text, code="BAD_WARDS", field="wards")
    if len(wards) > WARDS_MOST or not all(_WARD.fullmatch(ward) for ward in wards):
        raise Refused("wards are GSO codes of five digits.", code="BAD_WARDS", field="wards")
