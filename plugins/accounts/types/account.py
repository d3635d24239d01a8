"""Account: what a person sees of their own account, and what changing the profile takes."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import Info, Refused, global_id, local_id
from identity import delegations
from identity.links import links_of, show
from identity.tables import PersonRow
from plugins.accounts.loaders import ProfileOfPerson
from plugins.accounts.models import ProfileRow
from plugins.accounts.service import consents, contacts, places, requests, signed_in
from plugins.accounts.service.profile import Changes, Quiet, clock, default_profile
from plugins.accounts.service.rights import own_account
from plugins.accounts.types.consent import Consent
from plugins.accounts.types.contact import Contact
from plugins.accounts.types.delegation import Delegation
from plugins.accounts.types.enums import Channel, Language
from plugins.accounts.types.place import SavedPlace
from plugins.accounts.types.request import DataRequest
from plugins.accounts.types.session import SignedInSession
from schema.micros import from_micros, now_us


@strawberry.type(description="When only what is urgent is sent: times of the city's day, maybe over midnight.")
class QuietHours:
    from_: str = strawberry.field(name="from", description="HH:MM.")
    to: str = strawberry.field(description="HH:MM; before `from`, it is the next day's.")


@strawberry.input(description="Two times of the city's day that differ.")
class QuietHoursInput:
    from_: str = strawberry.field(name="from", description="HH:MM, such as 22:00.")
    to: str = strawberry.field(description="HH:MM; before `from`, it is the next day's.")


@strawberry.federation.type(keys=["id"], description="A person's account with the city. Only that person sees it.")
class Account:
    id: strawberry.ID
    code: str = strawberry.field(description="What one tells whom one will help: opaque, and lets nobody in.")
    status: str = strawberry.field(description="ACTIVE, or RESTRICTED at one's own request.")
    created_at: datetime
    person: strawberry.Private[str]

    @classmethod
    def of(cls, row: PersonRow) -> Account:
        return cls(
            id=global_id("Account", row.id),
            code=row.id,
            status=row.status,
            created_at=from_micros(row.created_at),
            person=row.id,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Account | None:
        me = info.context.actor
        if not me.is_authenticated or me.delegate or local_id("Account", id) != me.id:
            return None
        return cls.of(await info.context.read(own_account, me))

    @strawberry.field(description="Of the e-ID, at this sign-in: 1 or 2.")
    def level(self, info: Info) -> int:
        return info.context.actor.level

    @strawberry.field(description="As the e-ID has it; null when it is not linked.")
    async def name(self, info: Info) -> str | None:
        links = await info.context.read(links_of, self.person)
        names = [show(info.context.services.secrets, link).name for link in links]
        return next((name for name in names if name), None)

    @strawberry.field(description="What the city writes in.")
    async def language(self, info: Info) -> Language:
        return Language((await self._profile(info)).language)

    @strawberry.field(description="The ways that the city may use.")
    async def channels(self, info: Info) -> list[Channel]:
        return [Channel(each) for each in (await self._profile(info)).channels.split()]

    @strawberry.field(description="Null when there are none.")
    async def quiet_hours(self, info: Info) -> QuietHours | None:
        row = await self._profile(info)
        if row.quiet_from is None or row.quiet_to is None:
            return None
        return QuietHours(from_=clock(row.quiet_from), to=clock(row.quiet_to))

    @strawberry.field(description="Of language, channels and quiet hours: what updateProfile expects.")
    async def version(self, info: Info) -> int:
        return (await self._profile(info)).version

    @strawberry.field(description="The first added first.")
    async def contacts(self, info: Info) -> list[Contact]:
        secrets = info.context.services.secrets
        return [Contact.of(row, secrets) for row in await info.context.read(contacts.contacts_of, self.person)]

    @strawberry.field(description="The first saved first.")
    async def saved_places(self, info: Info) -> list[SavedPlace]:
        secrets = info.context.services.secrets
        return [SavedPlace.of(row, secrets) for row in await info.context.read(places.places_of, self.person)]

    @strawberry.field(description="Those that go on, the last begun first.")
    async def sessions(self, info: Info) -> list[SignedInSession]:
        me = info.context.actor
        rows = await info.context.read(signed_in.my_sessions, me, now_us())
        return [SignedInSession.of(row, me) for row in rows]

    @strawberry.field(description="The newest first, withdrawn ones included; the last 100.")
    async def consents(self, info: Info) -> list[Consent]:
        return [Consent.of(row) for row in await info.context.read(consents.consents_of, self.person)]

    @strawberry.field(description="Given and received, the newest first; none that has ended.")
    async def delegations(self, info: Info) -> list[Delegation]:
        rows = await info.context.read(delegations.of_person, self.person, now_us())
        return [Delegation.of(row, info.context.actor) for row in rows]

    @strawberry.field(description="The newest first; the last 100.")
    async def data_requests(self, info: Info) -> list[DataRequest]:
        return [DataRequest.of(row) for row in await info.context.read(requests.requests_of, self.person)]

    async def _profile(self, info: Info) -> ProfileRow:
        return await info.context.load(ProfileOfPerson, self.person) or default_profile(self.person)


@strawberry.input(description="What to change of one's profile; what is left out stays.")
class UpdateProfileInput:
    language: Language | None = None
    channels: list[Channel] | None = strawberry.field(default=None, description="All of them; INAPP must be there.")
    quiet_hours: QuietHoursInput | None = strawberry.field(default=strawberry.UNSET, description="null takes them out.")
    expected_version: int | None = strawberry.field(
        default=None, description="The version that you read; refused with VERSION_CONFLICT when it has gone on."
    )
    client_mutation_id: str | None = None

    def to_changes(self) -> Changes:
        """Raises: Refused: BAD_QUIET_HOURS, NOTHING_TO_CHANGE."""
        quiet = self.quiet_hours or None
        changes = Changes(
            language=self.language,
            channels=self.channels,
            quiet=Quiet.read(quiet.from_, quiet.to) if quiet else None,
            no_quiet=self.quiet_hours is None,
        )
        if changes == Changes():
            raise Refused("Name what is to change.", code="NOTHING_TO_CHANGE")
        return changes
