"""A browser's EventSource that comes back: by the id of its last event it is told what it missed, over HTTP."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.host.manifest import find_manifest
from gateway.host.templates import open_copy
from gateway.plugin import Event, emit
from gateway.server.app import create_app
from gateway.server.serving import GracefulServer, listen
from gateway.server.settings import ServerSettings
from tests.server.running import wait_until

LISTEN = "subscription ($after: ID) { alertIssued(after: $after) { id } }"
SAMPLE = "Alert:HCMC-MAU-0001"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a served city in which the seeded alert has been told of three times, by the events 1, 2 and 3."""
    city = open_copy(tmp_path, find_manifest(), seed=True)
    with city.database.changing() as session:
        for _ in range(3):
            told = {"id": SAMPLE.removeprefix("Alert:"), "severity": "SEVERE", "wards": []}
            emit(session, Event("engagement.alert_issued", told))
    settings = ServerSettings(port=0, drain_spread_s=0)
    server = GracefulServer(create_app(city, settings), settings)
    with listen(settings) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


def events(port: int, last: str | None, after: str | None = None, count: int = 1) -> list[dict[str, object]]:
    """The first ``count`` events of a stream that is asked for as an EventSource does, by GET."""
    headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": last})
    variables = quote(json.dumps({} if after is None else {"after": after}))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", f"/graphql?query={quote(LISTEN)}&variables={variables}", headers=headers)
        response = connection.getresponse()
        assert response.status == 200
        found: list[dict[str, object]] = []
        while len(found) < count:
            line = response.readline()
            assert line, "the stream ended"
            if line.startswith(b"data: {"):
                found.append(json.loads(line.removeprefix(b"data: ")))
        return found
    finally:
        connection.close()


def ids(found: list[dict[str, object]]) -> list[object]:
    return [each["extensions"]["eventId"] for each in found]  # type: ignore[index]


def test_a_stream_that_comes_back_is_told_what_it_missed(port: int) -> None:
    found = events(port, last="1", count=2)
    assert ids(found) == ["2", "3"]
    assert found[0]["data"] == {"alertIssued": {"id": SAMPLE}}
    assert ids(events(port, last="0", count=3)) == ["1", "2", "3"]


def test_after_of_the_operation_itself_goes_first(port: int) -> None:
    assert ids(events(port, last="0", after="2")) == ["3"]


@pytest.mark.parametrize("last", ["abc", "-1", "1.5", "9" * 40])
def test_an_id_that_is_none_is_refused_as_after_is(port: int, last: str) -> None:
    by_header = events(port, last=last)
    assert by_header == events(port, last=None, after=last)
    assert [error["extensions"]["code"] for error in by_header[0]["errors"]] == ["BAD_EVENT_ID"]  # type: ignore


def test_an_id_of_the_future_is_refused_as_after_is(port: int) -> None:
    assert events(port, last="99999") == events(port, last=None, after="99999")
