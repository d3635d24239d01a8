"""The circuit breaker: whoever keeps failing is left alone for a while, and costs nobody any time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import structlog

log = structlog.get_logger("circuit")

CircuitState = Literal["closed", "open", "half-open"]


class Circuit:
    """Closed; open after ``failures`` in a row; after ``wait_s`` half-open, when one call at a time may try.

    ``name``: of who is called, for the log. ``clock``: seconds, never going back.

    Not pybreaker: its asynchronous calls are Tornado's, and its half-open state lets every coroutine through that asks
    before the first has come back.
    """

    def __init__(self, name: str, *, failures: int, wait_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._failures_max = failures
        self._wait_s = wait_s
        self.clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probed = False

    @property
    def closed_in_s(self) -> float:
        """How long it stays open for certain; 0 when a call may go or try."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._wait_s - (self.clock() - self._opened_at))

    @property
    def state(self) -> CircuitState:
        if self._opened_at is None:
            return "closed"
        return "open" if self.closed_in_s > 0 else "half-open"

    def admit(self) -> bool:
        """Whether a call may go. One that went must be followed by ``succeeded``, ``failed`` or ``abandoned``."""
        if self._opened_at is None:
            return True
        if self._is_probed or self.state == "open":
            return False
        self._is_probed = True
        return True

    def succeeded(self) -> None:
        if self._opened_at is not None:
            log.info("circuit closed", of=self._name)
        self._failures = 0
        self._opened_at = None
        self._is_probed = False

    def failed(self) -> None:
        self._failures += 1
        if self._opened_at is not None and not self._is_probed:
            return  # It went out before the circuit opened: nothing new.
        if self._is_probed or self._failures >= self._failures_max:
            log.warning("circuit opened", of=self._name, failures=self._failures, wait_s=self._wait_s)
            self._opened_at = self.clock()
            self._is_probed = False

    def abandoned(self) -> None:
        """The call ended without saying anything of who is called, for example because its client left."""
        self._is_probed = False
