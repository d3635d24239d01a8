"""The circuit breaker of a provider: one that keeps failing is left alone for a while, and costs nobody any time."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

log = structlog.get_logger("identity.provider")


class Circuit:
    """Closed; open after ``failures`` in a row; after ``wait_s`` one call at a time may try.

    ``clock``: seconds, never going back.
    """

    def __init__(
        self, provider: str, *, failures: int, wait_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._provider = provider
        self._failures_max = failures
        self._wait_s = wait_s
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probed = False

    @property
    def closed_in_s(self) -> float:
        """How long it stays open for certain; 0 when a call may go or try."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._wait_s - (self._clock() - self._opened_at))

    def admit(self) -> bool:
        """Whether a call may go. One that went must be followed by ``succeeded``, ``failed`` or ``abandoned``."""
        if self._opened_at is None:
            return True
        if self._is_probed or self.closed_in_s > 0:
            return False
        self._is_probed = True
        return True

    def succeeded(self) -> None:
        if self._opened_at is not None:
            log.info("provider is back", provider=self._provider)
        self._failures = 0
        self._opened_at = None
        self._is_probed = False

    def failed(self) -> None:
        self._failures += 1
        if self._opened_at is not None and not self._is_probed:
            return  # It went out before the circuit opened: nothing new.
        if self._is_probed or self._failures >= self._failures_max:
            log.warning("provider is down", provider=self._provider, failures=self._failures, wait_s=self._wait_s)
            self._opened_at = self._clock()
            self._is_probed = False

    def abandoned(self) -> None:
        """The call ended without saying anything of the provider, for example because its browser left."""
        self._is_probed = False
