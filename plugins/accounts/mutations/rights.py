"""Mutations of sessions, consents and helpers."""

from __future__ import annotations

import strawberry
from sqlmodel import Session

from gateway.plugin import Info, Keyed, Payload, digest_of, global_id, local_id, mutation, once
from identity.tables import DelegationRow
from plugins.accounts.mutations.profile import ONCE, OWN
from plugins.accounts.service import consents, helpers, signed_in
from plugins.accounts.service.rights import own_account_to_change
from plugins.accounts.types.consent import Consent, GiveConsentInput, WithdrawConsentInput
from plugins.accounts.types.delegation import DelegateInput, Delegation, DelegationStepInput
from plugins.accounts.types.session import EndedSessions, EndOtherSessionsInput, EndSessionInput, SignedInSession
from schema.micros import now_us

READ = OWN.removesuffix(", RESTRICTED")


@strawberry.type
class RightsMutations:
    @mutation(description=f"End one of one's sessions. Refused: NOT_FOUND, also when it has ended; {READ}.")
    async def end_session(self, info: Info, input: EndSessionInput) -> Payload[SignedInSession]:
        context, me = info.context, info.context.actor
        key = local_id("SignedInSession", input.id)
        return Payload(node=SignedInSession.of(await context.change(signed_in.end_session, key, me, now_us()), me))

    @mutation(description=f"End all of one's sessions but the one that asks. Refused: {READ}.")
    async def end_other_sessions(self, info: Info, input: EndOtherSessionsInput) -> Payload[EndedSessions]:
        ids = await info.context.change(signed_in.end_other_sessions, info.context.actor, now_us())
        return Payload(node=EndedSessions(ids=[global_id("SignedInSession", id) for id in ids]))

    @mutation(
        description="Agree to a purpose in the words that it has now. Again changes nothing. Refused: UNKNOWN_PURPOSE, "
        f"VERSION_CONFLICT; {OWN}."
    )
    async def give_consent(self, info: Info, input: GiveConsentInput) -> Payload[Consent]:
        me = info.context.actor
        row = await info.context.change(consents.give_consent, input.purpose, input.version, me, now_us())
        return Payload(node=Consent.of(row))

    @mutation(
        description="Take a consent back from now on. Again changes nothing. Refused: UNKNOWN_PURPOSE, NOT_FOUND (it "
        f"was never given); {READ}."
    )
    async def withdraw_consent(self, info: Info, input: WithdrawConsentInput) -> Payload[Consent]:
        row = await info.context.change(consents.withdraw_consent, input.purpose, info.context.actor, now_us())
        return Payload(node=Consent.of(row))

    @mutation(
        description="Let a helper act for oneself, once they accept. Refused: FORBIDDEN (to holders of an office), "
        "SELF_DELEGATION, FORBIDDEN_SCOPE, NO_SCOPES, BAD_UNTIL, TEXT_TOO_LONG, PERSONAL_DATA, ALREADY_DELEGATED, "
        f"TOO_MANY_HELPERS, BAD_ID; {ONCE}; {OWN}."
    )
    async def delegate(self, info: Info, input: DelegateInput) -> Payload[Delegation]:
        context, me = info.context, info.context.actor
        helper = local_id("Account", input.helper)
        asked = {"helper": helper, "scopes": sorted(input.scopes), "until": input.until, "note": input.note}

        def give(session: Session) -> DelegationRow:
            return helpers.delegate(session, helper, input.scopes, input.note, input.until, me, now_us())

        def again(session: Session, key: str) -> DelegationRow:
            own_account_to_change(session, me)
            return helpers.existing(session, key)

        digest = digest_of({"action": "delegate", **asked})
        request = Keyed("accounts", me.id, input.client_mutation_id, digest)
        row = await context.change(once, request, give, key_of=lambda row: row.id, find=again)
        return Payload(node=Delegation.of(row, me))

    @mutation(description=f"Agree to help. Refused: DELEGATION_UNKNOWN, DELEGATION_ENDED; {OWN}.")
    async def accept_delegation(self, info: Info, input: DelegationStepInput) -> Payload[Delegation]:
        me, key = info.context.actor, local_id("Delegation", input.id)
        return Payload(node=Delegation.of(await info.context.change(helpers.accept, key, me, now_us()), me))

    @mutation(
        description="End a delegation, as either of the two; the helper declines by it. Refused: DELEGATION_UNKNOWN; "
        f"{READ}."
    )
    async def revoke_delegation(self, info: Info, input: DelegationStepInput) -> Payload[Delegation]:
        me, key = info.context.actor, local_id("Delegation", input.id)
        return Payload(node=Delegation.of(await info.context.change(helpers.revoke, key, me, now_us()), me))
