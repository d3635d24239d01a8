"""The plugin's part of the graph: Query and Mutation."""

from __future__ import annotations

import strawberry

from gateway.plugin import Info, Refused, local_id
from plugins.accounts.catalogue import delegable, purposes
from plugins.accounts.mutations.profile import ProfileMutations
from plugins.accounts.mutations.requests import RequestMutations
from plugins.accounts.mutations.rights import RightsMutations
from plugins.accounts.senders import in_development
from plugins.accounts.service import access, contacts, files, requests, signed_in
from plugins.accounts.service.rights import ANSWER_REQUESTS, in_person, own_account
from plugins.accounts.types.access import DataAccess
from plugins.accounts.types.account import Account
from plugins.accounts.types.consent import ConsentPurpose
from plugins.accounts.types.contact import OutboxMessage
from plugins.accounts.types.delegation import DelegableScope
from plugins.accounts.types.enums import RequestState
from plugins.accounts.types.request import DataRequest
from plugins.accounts.types.session import SignedInSession
from schema.micros import now_us
from schema.paging import Connection, window

field = strawberry.federation.field


@strawberry.type
class Query:
    @field(description="One's own account.", authenticated=True)
    async def me(self, info: Info) -> Account | None:
        return Account.of(await info.context.read(own_account, info.context.actor))

    @field(description="One's sessions that go on, the last begun first.", authenticated=True)
    async def my_sessions(self, info: Info) -> list[SignedInSession] | None:
        me = info.context.actor
        return [SignedInSession.of(row, me) for row in await info.context.read(signed_in.my_sessions, me, now_us())]

    @field(
        description="Who else read or changed what is one's own: by role and agency, the newest first.",
        authenticated=True,
    )
    async def who_read_my_data(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[DataAccess] | None:
        me = info.context.actor
        page = await info.context.read(access.who_read, me, window(first, after, width=1))
        return Connection.of(page, DataAccess.of, lambda: info.context.read(access.count_reads, me.id))

    @field(description="The file of one's EXPORT, by the id of the request: JSON, kept for 7 days.", authenticated=True)
    async def my_data_file(self, info: Info, id: strawberry.ID) -> str | None:
        context, key = info.context, local_id("DataRequest", id)
        # A change: that it was fetched is a line of the audit log.
        return await context.change(files.fetch_file, key, context.actor, context.services.secrets, now_us())

    @field(
        description="One request about data: one's own, or anybody's for the office that answers; else null.",
        authenticated=True,
    )
    async def data_request(self, info: Info, id: strawberry.ID) -> DataRequest | None:
        row = await info.context.read(requests.request_for, local_id("DataRequest", id), info.context.actor)
        return None if row is None else DataRequest.of(row)

    @field(
        description="Requests about data that the office has before it, by when a reply is due.",
        requires_scopes=[[ANSWER_REQUESTS]],
    )
    async def data_request_queue(
        self, info: Info, state: RequestState | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[DataRequest] | None:
        in_person(info.context.actor)
        page = await info.context.read(requests.queue, state, window(first, after, width=2))
        return Connection.of(page, DataRequest.of, lambda: info.context.read(requests.count_queue, state))

    @field(description="What the city asks consent for.")
    async def consent_purposes(self) -> list[ConsentPurpose] | None:
        return [ConsentPurpose.of(purpose) for purpose in purposes().values()]

    @field(description="What a helper may be allowed to do.")
    async def delegable_scopes(self) -> list[DelegableScope] | None:
        return [DelegableScope.of(scope) for scope in delegable().values()]

    @field(
        description="In development only: the last messages to one's own contacts, which were not sent. Else refused "
        "with DEVELOPMENT_ONLY.",
        authenticated=True,
    )
    async def dev_outbox(self, info: Info) -> list[OutboxMessage] | None:
        context = info.context
        if not in_development(context.services):
            raise Refused("There is no outbox here: codes are sent.", code="DEVELOPMENT_ONLY")
        rows = await context.read(contacts.outbox_of, in_person(context.actor).id)
        return [OutboxMessage.of(row, context.services.secrets) for row in rows]


@strawberry.type
class Mutation(ProfileMutations, RightsMutations, RequestMutations):
    pass
