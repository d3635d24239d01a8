"""The words of an account: languages, channels, kinds of contact, and of requests about one's data."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """What the city writes to the person in."""

    VI = "VI"
    EN = "EN"


class Channel(StrEnum):
    """A way to reach a person. INAPP is always there."""

    INAPP = "INAPP"
    PUSH = "PUSH"
    EMAIL = "EMAIL"
    SMS = "SMS"
    ZALO = "ZALO"


class ContactKind(StrEnum):
    """What a contact is."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"


class RequestKind(StrEnum):
    """What a person may ask of their data."""

    EXPORT = "EXPORT"
    CORRECT = "CORRECT"
    ERASE = "ERASE"
    RESTRICT = "RESTRICT"


class RequestState(StrEnum):
    """Where such a request stands."""

    RECEIVED = "RECEIVED"
    DONE = "DONE"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


NEEDED_CONTACT = {
    Channel.EMAIL: ContactKind.EMAIL,
    Channel.SMS: ContactKind.PHONE,
    Channel.ZALO: ContactKind.PHONE,
}
"""Channel -> the kind of verified contact without which it leads nowhere."""
