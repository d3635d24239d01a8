"""Logging: structured, one line an event, without the values of local variables (they may be a citizen's)."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def set_up_logging(level: str = "info", *, json: bool = False) -> None:
    """To standard error. ``level``: debug, info, warning or error. ``json``: one JSON object a line, for collectors."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    renderer: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
