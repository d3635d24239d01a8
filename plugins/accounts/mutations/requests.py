"""Mutations of requests about one's data."""

from __future__ import annotations

import strawberry
from sqlmodel import Session

from gateway.plugin import Info, Keyed, Payload, digest_of, local_id, mutation, once
from plugins.accounts.doing import answer, do_at_once
from plugins.accounts.models import RequestRow
from plugins.accounts.mutations.profile import ONCE
from plugins.accounts.mutations.rights import READ
from plugins.accounts.service import requests, restricting
from plugins.accounts.service.rights import ANSWER_REQUESTS, own_account
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.types.account import Account
from plugins.accounts.types.request import (
    AnswerDataRequestInput,
    DataRequest,
    LiftRestrictionInput,
    RequestMyDataInput,
    WithdrawDataRequestInput,
)
from schema.micros import now_us


@strawberry.type
class RequestMutations:
    @mutation(
        description="Ask something of one's data. EXPORT makes a file at once (myDataFile), RESTRICT holds at once and "
        "ends all sessions; CORRECT and ERASE are answered by the office for data protection. Refused: NOTE_REQUIRED, "
        f"NOTE_TOO_LONG, ALREADY_ASKED, TOO_MANY_REQUESTS (10 a day); {ONCE}; {READ}."
    )
    async def request_my_data(self, info: Info, input: RequestMyDataInput) -> Payload[DataRequest]:
        context, me = info.context, info.context.actor
        secrets, settings = context.services.secrets, context.settings(AccountsSettings)
        asked = {"action": "requestMyData", "kind": input.kind, "note": secrets.hash.of("note", input.note)}

        def ask(session: Session) -> RequestRow:
            given = {"secrets": secrets, "settings": settings, "now": now_us()}
            return requests.ask(session, input.kind, input.note, me, **given)

        def again(session: Session, key: str) -> RequestRow:
            own_account(session, me)
            return requests.existing(session, key)

        request = Keyed("accounts", me.id, input.client_mutation_id, digest_of(asked))
        row = await context.change(once, request, ask, key_of=lambda row: row.id, find=again)
        return Payload(node=DataRequest.of(await do_at_once(context, row)))

    @mutation(description=f"Take a request back before it is answered. Refused: NOT_FOUND, ALREADY_ANSWERED; {READ}.")
    async def withdraw_data_request(self, info: Info, input: WithdrawDataRequestInput) -> Payload[DataRequest]:
        key = local_id("DataRequest", input.id)
        return Payload(
            node=DataRequest.of(await info.context.change(requests.withdraw, key, info.context.actor, now_us()))
        )

    @mutation(description=f"Take one's restriction back; it shows with the next token. Refused: {READ}.")
    async def lift_restriction(self, info: Info, input: LiftRestrictionInput) -> Payload[Account]:
        return Payload(node=Account.of(await info.context.change(restricting.lift, info.context.actor, now_us())))

    @mutation(
        description="Answer somebody's request about their data; a line of the audit log. Refused: FORBIDDEN, "
        "NOT_FOUND, SELF_ANSWER, ALREADY_ANSWERED, REASON_NEEDED, REASON_TOO_LONG, HOLDS_OFFICE, "
        "PLUGIN_SILENT (a plugin did not answer: nothing is lost, try again), FILE_TOO_LARGE.",
        scopes=[ANSWER_REQUESTS],
    )
    async def answer_data_request(self, info: Info, input: AnswerDataRequestInput) -> Payload[DataRequest]:
        key = local_id("DataRequest", input.id)
        return Payload(node=DataRequest.of(await answer(info.context, key, done=input.done, reason=input.reason)))
