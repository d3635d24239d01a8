"""What a log line of an exception holds, and what it does not."""

from __future__ import annotations

import errno
import io
import json
import logging
from typing import Any

import pytest
import structlog

from gateway.logs import say_words, set_up_logging
from tests.server.running import running, wait_until


def test_a_logged_exception_shows_its_way_and_not_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=True)
    log = structlog.get_logger("test")
    try:
        try:
            raise KeyError("079012345678")
        except KeyError as error:
            raise ValueError("citizen 079012345678 has no ward") from error
    except ValueError:
        log.exception("resolver failed", plugin="feedback")
    line = capsys.readouterr().err
    entry = json.loads(line)
    assert "079012345678" not in line
    assert (entry["event"], entry["plugin"], entry["level"]) == ("resolver failed", "feedback", "error")
    lines = entry["exception"].splitlines()
    assert [lines[0], lines[2]] == ["builtins.ValueError", "builtins.KeyError"]
    assert "test_logs.py:" in lines[1]


def test_a_terminal_shows_the_way_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=False)
    try:
        raise ValueError("079012345678")
    except ValueError:
        structlog.get_logger("test").exception("failed")
    shown = capsys.readouterr().err
    assert "builtins.ValueError" in shown
    assert "079012345678" not in shown


def test_a_line_break_in_a_value_makes_no_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=True)
    structlog.get_logger("test").info("request", path='/a\n{"event": "forged"}')
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["path"] == '/a\n{"event": "forged"}'


class FullDisk(io.StringIO):
    """A log on a disk with no room left."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_log_on_a_full_disk_breaks_nothing(monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    monkeypatch.setattr("sys.stderr", FullDisk())
    set_up_logging(as_json=as_json)
    structlog.get_logger("test").info("request", path="/graphql")
    logging.getLogger("uvicorn.error").error("failed")


def test_a_server_whose_log_cannot_be_written_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", FullDisk())
    set_up_logging(as_json=True)
    with running(access_log="all") as server:
        assert server.ask("{ hello }").json == {"data": {"hello": "Xin chào"}}
        assert server.send(method="GET", path="/nowhere").status == 404


def test_what_a_library_logs_shows_its_place_and_none_of_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=True)
    try:
        raise ValueError("citizen 079012345678")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
        logging.getLogger("asyncio").exception("Task failed: ValueError('079012345678')")
    logging.getLogger("uvicorn.error").warning('"GET %s" failed', "/reports/079012345678")
    written = capsys.readouterr().err
    assert "079012345678" not in written
    first, second, third = (json.loads(line) for line in written.splitlines())
    assert (first["event"], first["logger"], first["level"]) == (
        "Exception in ASGI application",
        "uvicorn.error",
        "error",
    )
    assert first["exception"].splitlines()[0] == "builtins.ValueError"
    assert (second["event"], second["logger"]) == ("a library logged", "asyncio")
    assert second["where"].startswith("test_logs:")
    assert third["event"] == '"GET %s" failed'


def test_in_development_a_library_says_all(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=True)
    say_words()
    try:
        raise ValueError("no ward")
    except ValueError:
        logging.getLogger("asyncio").exception("Task failed: %s", "feedback")
    entry = json.loads(capsys.readouterr().err)
    assert entry["event"] == "Task failed: feedback"
    assert entry["exception"].endswith("ValueError: no ward")


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/graphql", "/graphql"),
        ("/subgraphs/notes/graphql", "/subgraphs/*/graphql"),
        ("/explorer/eyJhbGciOiJFUzI1NiJ9.SECRET", "/explorer/*"),
        ("/graphql/eyJhbGciOiJFUzI1NiJ9.SECRET", "other"),
        ("/subgraphs/eyJhbGciOiJFUzI1NiJ9.SECRET/graphql", "other"),
        ("/nguyen-van-a", "other"),
    ],
)
def test_a_path_is_logged_only_where_it_is_the_servers_own(path: str, logged: str, logs: list[Any]) -> None:
    with running(access_log="all") as server:
        server.send(method="GET", path=path)
        wait_until(lambda: any(entry["event"] == "request" for entry in logs))
    assert [entry["path"] for entry in logs if entry["event"] == "request"] == [logged]
