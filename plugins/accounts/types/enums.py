"""The words of an account as enums of the graph. Types and inputs take them from here: named before they are used."""

from __future__ import annotations

import strawberry

from plugins.accounts.terms import Channel, ContactKind, Language, RequestKind, RequestState

__all__ = ["Channel", "ContactKind", "Language", "RequestKind", "RequestState"]

strawberry.enum(Language, name="AccountLanguage", description="What the city writes to the person in.")
strawberry.enum(Channel, name="NotificationChannel", description="A way to reach a person. INAPP is always there.")
strawberry.enum(ContactKind, description="What a contact is.")
strawberry.enum(
    RequestKind,
    name="DataRequestKind",
    description="What a person may ask of their data: a copy, a correction, its erasure, or that nothing is done "
    "with it. EXPORT and RESTRICT are done at once; for the others the office for data protection has its clocks.",
)
strawberry.enum(RequestState, name="DataRequestState", description="Where a request about one's data stands.")
