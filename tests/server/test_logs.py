"""What a log line of an exception holds, and what it does not."""

from __future__ import annotations

import json

import pytest
import structlog

from gateway.logs import set_up_logging


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
