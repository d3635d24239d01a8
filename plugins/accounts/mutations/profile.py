"""Mutations of the profile, contacts and places."""

from __future__ import annotations

import strawberry
from sqlmodel import Session

from gateway.plugin import Info, Keyed, Payload, Refused, digest_of, local_id, mutation, once
from plugins.accounts.asking import ward_of
from plugins.accounts.models import ContactRow, PlaceRow
from plugins.accounts.senders import sender_of
from plugins.accounts.service import contacts, places
from plugins.accounts.service.profile import update_profile
from plugins.accounts.service.rights import own_account, own_account_to_change
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.types.account import Account, UpdateProfileInput
from plugins.accounts.types.contact import AddContactInput, Contact, RemoveContactInput, VerifyContactInput
from plugins.accounts.types.place import RemovePlaceInput, SavedPlace, SavePlaceInput
from schema.micros import now_us

OWN = "UNAUTHENTICATED, NOT_FOR_HELPERS, PERSON_UNKNOWN, PERSON_ERASED, RESTRICTED"
ONCE = "IDEMPOTENCY_CONFLICT, BAD_CLIENT_MUTATION_ID"


@strawberry.type
class ProfileMutations:
    @mutation(
        description="Change one's language, channels or quiet hours. Refused: VERSION_CONFLICT, NOTHING_TO_CHANGE, "
        f"BAD_QUIET_HOURS, INAPP_NEEDED, CONTACT_NEEDED (EMAIL, SMS and ZALO need a verified contact); {OWN}."
    )
    async def update_profile(self, info: Info, input: UpdateProfileInput) -> Payload[Account]:
        context, changes = info.context, input.to_changes()
        me, version = context.actor, input.expected_version
        await context.change(update_profile, changes, me, expected_version=version, now=now_us())
        return Payload(node=Account.of(await context.read(own_account, me)))

    @mutation(
        description="Add a phone or an e-mail address and send a code to it: six digits, good for ten minutes. Adding "
        "one that is not verified yet sends another code. Refused: BAD_PHONE, BAD_EMAIL, CONTACT_EXISTS, "
        "TOO_MANY_CONTACTS, TOO_MANY_CODES (3 an hour to one contact, 10 an hour by one person), SENDING_UNAVAILABLE; "
        f"{ONCE}; {OWN}."
    )
    async def add_contact(self, info: Info, input: AddContactInput) -> Payload[Contact]:
        context, secrets = info.context, info.context.services.secrets
        me, settings, sender = context.actor, context.settings(AccountsSettings), sender_of(context.services)
        asked = {"action": "addContact", "kind": input.kind, "value": contacts.value_hash(secrets, input.value)}
        messages: list[contacts.Message] = []

        def add(session: Session) -> ContactRow:
            given = {"secrets": secrets, "settings": settings, "now": now_us()}
            row, message = contacts.add_contact(session, input.kind, input.value, me, **given)
            messages.append(message)
            return row

        def again(session: Session, key: str) -> ContactRow:
            own_account_to_change(session, me)
            return contacts.own_contact(session, key, me)

        request = Keyed("accounts", me.id, input.client_mutation_id, digest_of(asked))
        row = await context.change(once, request, add, key_of=lambda row: row.id, find=again)
        for message in messages:
            await sender.send(context, message)
        return Payload(node=Contact.of(row, secrets))

    @mutation(
        description="Give back the code that was sent to a contact. Refused: NOT_FOUND, WRONG_CODE, TOO_MANY_TRIES (5 "
        f"wrong ones), CODE_EXPIRED; {OWN}."
    )
    async def verify_contact(self, info: Info, input: VerifyContactInput) -> Payload[Contact]:
        context, secrets = info.context, info.context.services.secrets
        key = local_id("Contact", input.id)
        given = {"secrets": secrets, "now": now_us()}
        done = await context.change(contacts.verify_contact, key, input.code, context.actor, **given)
        if isinstance(done, Refused):
            raise done
        return Payload(node=Contact.of(done, secrets))

    @mutation(
        description="Remove a contact, and the channels that led to it alone. Refused: NOT_FOUND, LAST_CONTACT (the "
        f"last verified one, without `confirm`); {OWN}."
    )
    async def remove_contact(self, info: Info, input: RemoveContactInput) -> Payload[Contact]:
        context, key = info.context, local_id("Contact", input.id)
        row = await context.change(contacts.remove_contact, key, context.actor, confirmed=input.confirm, now=now_us())
        return Payload(node=Contact.of(row, context.services.secrets))

    @mutation(
        description="Keep a place, up to 20. Refused: LABEL_REQUIRED, LABEL_TOO_LONG, BAD_POINT, OUT_OF_CITY, "
        f"TOO_MANY_PLACES, NOT_FOUND; {ONCE}; {OWN}."
    )
    async def save_place(self, info: Info, input: SavePlaceInput) -> Payload[SavedPlace]:
        context, secrets, settings = (
            info.context,
            info.context.services.secrets,
            info.context.settings(AccountsSettings),
        )
        me, key = context.actor, None if input.id is None else local_id("SavedPlace", input.id)
        place = places.checked_place(input.label, input.point.to_point(), settings)
        ward = await ward_of(context, place.point)
        where = secrets.hash.of("place", f"{place.label}\n{place.point.lat}\n{place.point.lng}")
        asked = {"action": "savePlace", "place": where, "id": key}

        def save(session: Session) -> PlaceRow:
            given = {"secrets": secrets, "settings": settings, "now": now_us()}
            return places.save_place(session, key, place, me, ward=ward, **given)

        def again(session: Session, key: str) -> PlaceRow:
            own_account_to_change(session, me)
            return places.own_place(session, key, me)

        request = Keyed("accounts", me.id, input.client_mutation_id, digest_of(asked))
        row = await context.change(once, request, save, key_of=lambda row: row.id, find=again)
        return Payload(node=SavedPlace.of(row, secrets))

    @mutation(description=f"Remove a place that one keeps. Refused: NOT_FOUND; {OWN}.")
    async def remove_place(self, info: Info, input: RemovePlaceInput) -> Payload[SavedPlace]:
        context = info.context
        row = await context.change(places.remove_place, local_id("SavedPlace", input.id), context.actor)
        return Payload(node=SavedPlace.of(row, context.services.secrets))
