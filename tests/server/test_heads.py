"""The head of a request, byte by byte: how much of one is taken in, and what is said of more."""

from __future__ import annotations

import json
import resource
import socket
from contextlib import suppress
from typing import BinaryIO

import pytest

from gateway.server.http_protocol import HEAD_BYTES_MOST, HEADERS_MOST
from tests.server.running import Running

START = b"GET /health HTTP/1.1\r\nHost: x\r\n"
CHUNKED = (
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"17\r\n" + b'{"query":"{__typename}"}'[:-1] + b"\r\n1\r\n}\r\n"
)


def answers(server: Running, *pieces: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer, when the pieces are sent one by one, until the server ends the connection."""
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=5) as connection, connection.makefile("rb") as reader:
        found: list[tuple[int, bytes]] = []
        # Within an answered request the connection is closed at once, while the test is still sending.
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        while line := _line(reader):
            length = 0
            while (header := reader.readline()) != b"\r\n":
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            found.append((int(line.split()[1]), reader.read(length)))
            if found[-1][0] == 200 and len(found) == len(pieces):
                break
        return found


def _line(reader: BinaryIO) -> bytes:
    try:
        return reader.readline()
    except ConnectionError:
        return b""


def codes(found: list[tuple[int, bytes]]) -> list[tuple[int, str]]:
    return [(status, json.loads(body)["errors"][0]["extensions"]["code"]) for status, body in found]


REFUSED = [(431, "HEADERS_TOO_LARGE")]


@pytest.mark.parametrize(
    "pieces",
    [
        [START + b"X: " + b"a" * HEAD_BYTES_MOST + b"\r\n\r\n"],
        [START + b"X: ", *[b"a" * 8192] * 9],
        [b"GET /graphql?query=", *[b"a" * 8192] * 9],
        [START + b"X: a\r\n" * HEADERS_MOST + b"\r\n"],
        [START, *[b"X: a\r\n"] * (HEADERS_MOST + 1)],
        [CHUNKED + b"0\r\n" + b"X: a\r\n" * HEADERS_MOST],
        [CHUNKED, b"1;", *[b"a" * 8192] * 100],
    ],
    ids=["whole", "a header", "a path", "headers at once", "headers one by one", "trailers", "a chunk's extension"],
)
def test_a_head_too_large_is_refused_and_the_connection_ends(server: Running, pieces: list[bytes]) -> None:
    found = answers(server, *pieces)
    if pieces[0].startswith(b"POST"):
        # The request is being answered already, so that a refusal would be taken for its answer.
        assert found == []
    else:
        assert codes(found) == REFUSED
    assert server.send({"query": "{ hello }"}).status == 200


def test_of_a_flood_of_sixty_megabytes_nothing_is_kept(server: Running) -> None:
    piece = b"a" * 65_536
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection,
        # The server reads on for a second, so that a client sees the refusal, and then ends it.
        suppress(ConnectionError),
    ):
        connection.sendall(START + b"X: ")
        for _ in range(60_000_000 // len(piece)):
            connection.sendall(piece)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 10_000
    assert server.send({"query": "{ hello }"}).status == 200


def test_a_head_just_small_enough_is_taken_in(server: Running) -> None:
    wide = START + b"X: " + b"a" * (HEAD_BYTES_MOST - len(START) - len(b"X: \r\n\r\n")) + b"\r\n\r\n"
    assert len(wide) == HEAD_BYTES_MOST
    long = START + b"X: a\r\n" * (HEADERS_MOST - 1) + b"\r\n"
    for head in (wide, long):
        assert [status for status, _ in answers(server, head)] == [200]


def test_every_request_of_a_connection_has_a_head_of_its_own(server: Running) -> None:
    head = START + b"X: " + b"a" * 40_000 + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        for _ in range(4):
            connection.sendall(head)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_a_long_body_in_many_pieces_is_no_head(server: Running) -> None:
    body = json.dumps({"query": "{ hello }", "variables": {"a": "b" * 300_000}}).encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(head % len(body))
        for at in range(0, len(body), 10_000):
            connection.sendall(body[at : at + 10_000])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
