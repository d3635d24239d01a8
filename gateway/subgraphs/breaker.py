"""The circuit breaker of a subgraph: one that keeps failing is left alone for a while, and costs nobody any time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Literal

import structlog

from gateway.subgraphs.errors import SUBGRAPH_CIRCUIT_OPEN, SUBREQUEST_TIMEOUT, SUBREQUEST_TOO_LARGE
from gateway.subgraphs.retry import PASSING_STATUS
from gateway.subgraphs.transport import HttpAnswer, HttpRequest, Transport, TransportError

log = structlog.get_logger("gateway.subgraphs")

CircuitState = Literal["closed", "open", "half-open"]
# A timeout says something of the service only when it had this long, or all of its own ``timeout_s``.
_FAIR_CHANCE_S: Final = 1.0


class Circuit:
    """Closed; open after ``failures`` in a row; after ``wait_s`` half-open, when one request at a time may try.

    Not pybreaker: its asynchronous calls are Tornado's, and its half-open state lets every coroutine through that asks
    before the first has come back.
    ``clock``: seconds, never going back.
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
    def state(self) -> CircuitState:
        if self._opened_at is None:
            return "closed"
        return "open" if self.clock() - self._opened_at < self._wait_s else "half-open"

    def admit(self) -> bool:
        """Whether a request may go. One that went must be followed by ``succeeded``, ``failed`` or ``abandoned``."""
        if self._opened_at is None:
            return True
        if self._is_probed or self.state == "open":
            return False
        self._is_probed = True
        return True

    def succeeded(self) -> None:
        if self._opened_at is not None:
            log.info("circuit closed", subgraph=self._name)
        self._failures = 0
        self._opened_at = None
        self._is_probed = False

    def failed(self) -> None:
        self._failures += 1
        if self._opened_at is not None and not self._is_probed:
            return  # It went out before the circuit opened: nothing new.
        if self._is_probed or self._failures >= self._failures_max:
            log.warning("circuit opened", subgraph=self._name, failures=self._failures, wait_s=self._wait_s)
            self._opened_at = self.clock()
            self._is_probed = False

    def abandoned(self) -> None:
        """The request ended without saying anything of the service, for example because its client left."""
        self._is_probed = False


class Breaking:
    """A transport around another, with the circuit of its subgraph. Any answer that was formed there is a success."""

    def __init__(self, inner: Transport, circuit: Circuit) -> None:
        self._inner = inner
        self._circuit = circuit

    async def send(self, request: HttpRequest) -> HttpAnswer:
        circuit = self._circuit
        if not circuit.admit():
            raise TransportError(SUBGRAPH_CIRCUIT_OPEN, "keeps failing and is not asked for a while")
        began = circuit.clock()
        try:
            answer = await self._inner.send(request)
        except TransportError as error:
            if error.code == SUBREQUEST_TOO_LARGE:
                circuit.succeeded()
            elif error.code == SUBREQUEST_TIMEOUT and not self._had_a_chance(request, circuit.clock() - began):
                circuit.abandoned()
            else:
                circuit.failed()
            raise
        except BaseException:
            circuit.abandoned()
            raise
        if answer.status in PASSING_STATUS:
            circuit.failed()
        else:
            circuit.succeeded()
        return answer

    @staticmethod
    def _had_a_chance(request: HttpRequest, took_s: float) -> bool:
        return took_s >= min(_FAIR_CHANCE_S, request.timeout_s * 0.9)
