"""Logging: structured, one line each, JSON or plain; of an exception its kind and its way, not its words."""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from typing import Any, Final, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_FIXED: Final = frozenset(
    (
        *("Exception in ASGI application", "Invalid HTTP request received.", "Unsupported upgrade request."),
        *("Application startup failed. Exiting.", "Exception in 'lifespan' protocol"),
    )
)
"""What libraries say in words of their own, with nothing of a request in them."""


class Unfailing:
    """A stream whose write never raises: a full disk takes the log away, not the answers that were to be logged."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        # ValueError: the stream has been closed.
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


class ToStructlog(logging.Handler):
    """Hands on what libraries log by the standard library, by the same rule of privacy.

    In production only of what is certainly the library's own: the text before its arguments are put in, or a text
    that is known; else the place in the code alone. asyncio's and others' finished texts quote exceptions and requests.
    """

    def emit(self, record: logging.LogRecord) -> None:
        # A handler that raises would end what the library was doing; logging's own way of telling prints the words.
        with suppress(Exception):
            shown = {"logger": record.name, "where": f"{record.module}:{record.lineno}"}
            if record.exc_info:
                shown["exc_info"] = cast("Any", record.exc_info)
            log = structlog.get_logger(record.name)
            log.log(record.levelno, _text_of(record), **shown)


def set_up_logging(level: str = "info", *, as_json: bool = False) -> None:
    """Set structlog up for the process, to standard error, and the standard library's logging to go through it.

    ``level``: debug, info, warning or error; of libraries never less than a warning. ``as_json``: for machines; else
    for a terminal.
    """
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_dumps)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", Unfailing(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, ToStructlog) for handler in root.handlers):
        root.addHandler(ToStructlog(logging.WARNING))


def say_words() -> None:
    """From now on log what exceptions say, too: a plugin's author needs it. For development, where all is invented."""
    processors = structlog.get_config()["processors"]
    # Never with the values of local variables, which structlog's own default prints.
    with_words = structlog.processors.format_exc_info
    structlog.configure(processors=[with_words if each is without_words else each for each in processors])


def without_words(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: replaces ``exc_info`` by the exceptions' kinds and the lines they passed through.

    An exception's message quotes what it failed on: a row, a form, a citizen's number. Those stay out of the log.
    """
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_way(error))
    return event


def _text_of(record: logging.LogRecord) -> str:
    if without_words not in structlog.get_config()["processors"]:
        return record.getMessage().strip()
    text = str(record.msg).strip()
    return text if record.args or text in _FIXED else "a library logged"


def _way(error: BaseException) -> list[str]:
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        kind = type(cause)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        frames = traceback.extract_tb(cause.__traceback__)[-8:]
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


def _dumps(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str).decode()
