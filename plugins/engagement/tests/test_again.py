"""What is sent again under its clientMutationId: done once, and answered as the first time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.events.outbox import events_after
from gateway.host.testing import AskedCity
from plugins.engagement.tests.asking import DRAFT_ALERT, DRAFTS, REASON, Made, active, alert_input

PUBLISH = """
mutation ($input: PublishArticleInput!) {
  publishArticle(input: $input) { node { id } userErrors { code field } }
}
"""
APPROVE = "mutation ($i: ApproveAlertInput!) { approveAlert(input: $i) { node { id state } userErrors { code } } }"
CANCEL = "mutation ($i: CancelAlertInput!) { cancelAlert(input: $i) { node { id msgType } userErrors { code } } }"
ARTICLE = {"title": "Tin", "summary": "Tóm tắt", "bodyHtml": "<p>a</p>", "topic": "HEALTH", "clientMutationId": "k1"}
CONFLICT = ["IDEMPOTENCY_CONFLICT"]


async def told(city: AskedCity, kind: str) -> int:
    return len(await city.hosted("engagement").database.read(events_after, 0, (f"engagement.{kind}",)))


async def test_a_draft_sent_again_is_one_draft(city: AskedCity) -> None:
    draft = alert_input(clientMutationId="k1")
    answers = await asyncio.gather(*(city.ask(DRAFT_ALERT, by="alerter", input=draft) for _ in range(5)))
    assert answers[0]["draftAlert"]["userErrors"] == []
    assert answers == [answers[0]] * 5
    assert (await city.ask(DRAFTS, by="alerter"))["alertDrafts"]["totalCount"] == 1
    other = {**draft, "severity": "EXTREME"}
    assert await city.refused(DRAFT_ALERT, by="alerter", input=other) == CONFLICT


async def test_an_article_sent_again_is_one_article(city: AskedCity) -> None:
    first = await city.ask(PUBLISH, by="editor", input=ARTICLE)
    assert first == {"publishArticle": {"node": {"id": "Article:tin"}, "userErrors": []}}
    assert await city.ask(PUBLISH, by="editor", input=ARTICLE) == first
    assert await told(city, "article_published") == 1
    assert await city.refused(PUBLISH, by="editor", input={**ARTICLE, "title": "Tin khác"}) == CONFLICT
    unkeyed = {**ARTICLE, "clientMutationId": None}
    assert await city.refused(PUBLISH, by="editor", input=unkeyed) == ["SLUG_TAKEN"]


async def test_an_approval_and_a_cancellation_sent_again_are_told_once(city: AskedCity, drafted: Made) -> None:
    id, other = await drafted(), await drafted()
    given: dict[str, Any] = {"id": id, "clientMutationId": "k1"}
    first = await city.ask(APPROVE, by="approver", i=given)
    assert first == {"approveAlert": {"node": {"id": id, "state": "ISSUED"}, "userErrors": []}}
    assert await city.ask(APPROVE, by="approver", i=given) == first
    assert await told(city, "alert_issued") == 1
    assert await city.refused(APPROVE, by="approver", i={**given, "id": other}) == CONFLICT
    assert await city.refused(CANCEL, by="approver", i={**given, "reason": REASON}) == CONFLICT
    ending = {**given, "reason": REASON, "clientMutationId": "k2"}
    cancelled = await city.ask(CANCEL, by="approver", i=ending)
    assert cancelled["cancelAlert"]["node"]["msgType"] == "CANCEL"
    assert await city.ask(CANCEL, by="approver", i=ending) == cancelled
    assert await told(city, "alert_cancelled") == 1
    assert await active(city) == []


async def test_a_key_is_one_persons_and_a_refusal_uses_none_up(city: AskedCity) -> None:
    assert await city.refused(PUBLISH, by="editor", input={**ARTICLE, "title": " "}) == ["TITLE_EMPTY"]
    assert await city.refused(PUBLISH, by="editor", input=ARTICLE) == []
    assert await city.refused(DRAFT_ALERT, by="alerter", input=alert_input(clientMutationId="k1")) == []


@pytest.mark.parametrize("key", ["", "k" * 101])
async def test_a_key_too_short_or_long_is_refused(city: AskedCity, key: str) -> None:
    given = {**ARTICLE, "clientMutationId": key}
    assert await city.refused(PUBLISH, by="editor", input=given) == ["BAD_CLIENT_MUTATION_ID"]
