"""The plugin asked by itself, past the gateway, whose directives then check nothing: the rules check themselves."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.host.testing import AskedCity
from plugins.engagement.tests.asking import (
    APPROVE_ALERT,
    CANCEL,
    DRAFT_ALERT,
    DRAFTS,
    REASON,
    Made,
    active,
    alert_input,
)

PUBLISH = """
mutation {
  publishArticle(input: {title: "Tin", summary: "Tóm tắt", bodyHtml: "<p>a</p>", topic: HEALTH}) {
    node { id } userErrors { code }
  }
}
"""
STRANGERS = [None, "lan", "officer", "operator"]


async def alone(city: AskedCity, query: str, by: str | None, **variables: Any) -> dict[str, Any]:
    """The answer of the plugin's own schema."""
    schema = city.hosted("engagement").assembly.schemas["engagement"]
    result = await schema.execute(query, variables, city.context("engagement", by))
    codes = [(error.extensions or {}).get("code") for error in result.errors or ()]
    if codes:
        return {"errors": codes}
    assert result.data is not None
    return dict(result.data)


async def refusal(city: AskedCity, query: str, by: str | None, **variables: Any) -> list[str]:
    [payload] = (await alone(city, query, by, **variables)).values()
    return [error["code"] for error in payload["userErrors"]]


@pytest.mark.parametrize("by", [*STRANGERS, "alerter"])
async def test_who_may_not_publish_is_refused_by_the_rule_itself(city: AskedCity, by: str | None) -> None:
    assert await refusal(city, PUBLISH, by) == ["FORBIDDEN"]
    assert await refusal(city, PUBLISH, "editor") == []


@pytest.mark.parametrize("by", [*STRANGERS, "editor", "approver"])
async def test_who_may_not_draft_is_refused_by_the_rule_itself(city: AskedCity, by: str | None) -> None:
    assert await refusal(city, DRAFT_ALERT, by, input=alert_input()) == ["FORBIDDEN"]
    assert await refusal(city, DRAFT_ALERT, "alerter", input=alert_input()) == []


@pytest.mark.parametrize("by", [*STRANGERS, "editor"])
async def test_who_may_not_approve_neither_issues_nor_cancels(city: AskedCity, drafted: Made, by: str | None) -> None:
    id = await drafted()
    assert await refusal(city, APPROVE_ALERT, by, id=id) == ["FORBIDDEN"]
    assert await active(city) == []
    assert await refusal(city, APPROVE_ALERT, "approver", id=id) == []
    assert await refusal(city, CANCEL, by, id=id, reason=REASON) == ["FORBIDDEN"]
    assert await active(city) == [id]


@pytest.mark.parametrize("by", [*STRANGERS, "editor"])
async def test_drafts_are_shown_to_issuers_and_approvers_alone(city: AskedCity, drafted: Made, by: str | None) -> None:
    id = await drafted()
    assert (await alone(city, DRAFTS, by)) != {"alertDrafts": {"nodes": [{"id": id}], "totalCount": 1}}
    for may in ("alerter", "approver"):
        assert (await alone(city, DRAFTS, may)) == {"alertDrafts": {"nodes": [{"id": id}], "totalCount": 1}}
