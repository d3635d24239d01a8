"""Fixtures of engagement's tests: a city of engagement alone, events as feedback emits them, alerts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.host.manifest import find_manifest, read_manifest
from gateway.host.testing import AskedCity, OpenCity
from gateway.plugin import emit
from plugins.engagement.tests.asking import (
    APPROVE_ALERT,
    DRAFT_ALERT,
    Happened,
    Made,
    alert_input,
    report_event,
)


@pytest.fixture
async def city(tmp_path: Path, open_test_city: OpenCity) -> AsyncIterator[AskedCity]:
    """Engagement alone, seeded, with the roles of plugins.toml: what it does needs no other plugin."""
    roles = read_manifest(find_manifest()).roles
    config = tmp_path / "plugins.toml"
    config.write_text(
        "[roles]\n" + "".join(f"{role} = {scopes}\n" for role, scopes in roles.items()) + "[plugins.engagement]\n"
    )
    async with open_test_city(config) as asked:
        yield asked


@pytest.fixture
def happened(city: AskedCity) -> Happened:
    """``await happened("report_received", reporter=...)``: the event is in the outbox."""

    async def put(kind: str, **changes: Any) -> None:
        await city.hosted("engagement").database.change(emit, report_event(kind, **changes))

    return put


@pytest.fixture
def drafted(city: AskedCity) -> Made:
    """``await drafted(wardCodes=[...])``: the id of an alert that alerter has drafted."""

    async def draft(**changes: Any) -> str:
        data = await city.ask(DRAFT_ALERT, by="alerter", input=alert_input(**changes))
        assert data["draftAlert"]["userErrors"] == []
        node: dict[str, str] = data["draftAlert"]["node"]
        assert node["state"] == "DRAFT"
        return node["id"]

    return draft


@pytest.fixture
def issued(city: AskedCity, drafted: Made) -> Made:
    """The same, approved by approver."""

    async def issue(**changes: Any) -> str:
        id = await drafted(**changes)
        data = await city.ask(APPROVE_ALERT, by="approver", id=id)
        assert data["approveAlert"]["node"]["state"] == "ISSUED"
        return id

    return issue
