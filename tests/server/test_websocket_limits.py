"""What sockets may and may not: origins, numbers, times, and readers that are too slow."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.server.notes import ongoing
from tests.server.running import Running, running, wait_until
from tests.server.socket_client import socket


def test_a_page_of_another_origin_opens_no_socket(server: Running) -> None:
    with pytest.raises(InvalidStatus) as refused, socket(server, origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403
    with socket(server, origin=f"http://127.0.0.1:{server.port}") as client:
        client.init()


def test_the_21st_operation_of_a_socket_is_refused(server: Running) -> None:
    with socket(server) as client:
        client.init()
        for number in range(20):
            client.subscribe(f'subscription {{ count(to: 2, everyS: 30, name: "{number}") }}', id=str(number))
            client.receive()
        assert client.ask("{ hello }", id="20") == ["OPERATION_LIMIT"]
        client.send(type="complete", id="7")
        assert client.ask("{ hello }", id="20") == {"hello": "Xin chào"}
    wait_until(lambda: not ongoing, 1)


@pytest.fixture(scope="module")
def strict() -> Iterator[Running]:
    settings: dict[str, Any] = {
        "connection_init_timeout_s": 0.3,
        "sockets_per_address": 3,
        "allowed_origins": ("https://congdan.example",),
        "send_queue_messages": 50,
        "send_queue_bytes": 2_000_000,
        "lag_timeout_s": 0.5,
    }
    with running(**settings) as server:
        yield server


def test_an_origin_of_the_settings_opens_a_socket(strict: Running) -> None:
    with socket(strict, origin="https://congdan.example") as client:
        client.init()


def test_a_socket_without_connection_init_is_closed_with_4408(strict: Running) -> None:
    with socket(strict) as client:
        began = time.monotonic()
        assert client.closed() == (4408, "Connection initialisation timeout")
        assert 0.2 < time.monotonic() - began < 2


def test_the_fourth_socket_of_an_address_is_refused_with_429(strict: Running) -> None:
    wait_until(lambda: len(strict.app.state.streams) == 0)
    with socket(strict) as one, socket(strict) as two, socket(strict) as three:
        for client in (one, two, three):
            client.init()
        with pytest.raises(InvalidStatus) as refused, socket(strict):
            pass
        assert refused.value.response.status_code == 429
        assert json.loads(refused.value.response.body)["errors"][0]["extensions"] == {"code": "STREAM_LIMIT_ADDRESS"}
    wait_until(lambda: len(strict.app.state.streams) == 0)
    with socket(strict) as client:
        client.init()


def test_a_socket_too_many_for_the_process_is_refused_with_503() -> None:
    with running(sockets=1) as server, socket(server) as client:
        client.init()
        with pytest.raises(InvalidStatus) as refused, socket(server):
            pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "5"


def test_a_slow_reader_is_closed_as_lagging_and_holds_up_nobody(strict: Running) -> None:
    wait_until(lambda: len(strict.app.state.streams) == 0)
    with socket(strict, max_queue=1) as slow, socket(strict) as other:
        slow.init()
        other.init()
        slow.subscribe("subscription { blobs(size: 100000, to: 100000) }")
        # It reads nothing for a while; the other is answered meanwhile.
        assert other.ask("{ hello }") == {"hello": "Xin chào"}
        time.sleep(1.5)
        assert other.ask("{ hello }") == {"hello": "Xin chào"}
        assert slow.closed() == (4430, "Lagging: connect again and resume after your last event id")
        assert other.ask("{ hello }") == {"hello": "Xin chào"}


def test_a_reader_that_keeps_up_gets_a_burst_whole_and_in_order(strict: Running) -> None:
    wait_until(lambda: len(strict.app.state.streams) == 0)
    with socket(strict, max_queue=1) as client:
        client.init()
        # Ten times what may wait for it.
        client.subscribe('subscription { count(to: 20000, name: "burst") }')
        received = [client.receive()["payload"]["data"]["count"] for _ in range(20_000)]
        assert received == list(range(20_000))
        assert client.receive() == {"id": "1", "type": "complete"}
