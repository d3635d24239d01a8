"""graphql-transport-ws by hand, frame by frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.server.running import Running


class Socket:
    """One socket. Messages are dicts."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def receive(self, timeout: float = 10) -> Any:
        return json.loads(self.connection.recv(timeout=timeout))

    def init(self, **payload: Any) -> None:
        self.send(type="connection_init", payload=payload)
        assert self.receive() == {"type": "connection_ack"}

    def subscribe(self, query: str, id: str = "1", **payload: Any) -> None:
        self.send(type="subscribe", id=id, payload={"query": query, **payload})

    def ask(self, query: str, id: str = "1", **payload: Any) -> Any:
        """The data of a query, or the codes that it is refused with."""
        self.subscribe(query, id, **payload)
        answer = self.receive()
        if answer["type"] == "error":
            return [error["extensions"]["code"] for error in answer["payload"]]
        assert self.receive() == {"id": id, "type": "complete"}
        return answer["payload"]["data"]

    def closed(self, timeout: float = 10) -> tuple[int, str]:
        """With what code and reason the server closes; what it says before that is dropped."""
        with pytest.raises(ConnectionClosed) as closed:
            self._drop_all(timeout)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason

    def _drop_all(self, timeout: float) -> None:
        while True:
            self.connection.recv(timeout=timeout)


@contextmanager
def socket(
    server: Running, *, path: str = "/graphql", protocol: str = "graphql-transport-ws", **options: Any
) -> Iterator[Socket]:
    options.setdefault("max_size", None)
    url = f"ws://127.0.0.1:{server.port}{path}"
    with connect(url, subprotocols=[Subprotocol(protocol)], compression=None, **options) as connection:
        yield Socket(connection)
