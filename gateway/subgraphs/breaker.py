"""A subgraph's requests through its circuit: which of its answers and failures say that it is down."""

from __future__ import annotations

from typing import Final

from gateway.subgraphs.errors import SUBGRAPH_CIRCUIT_OPEN, SUBREQUEST_TIMEOUT, SUBREQUEST_TOO_LARGE
from gateway.subgraphs.retry import PASSING_STATUS
from gateway.subgraphs.transport import HttpAnswer, HttpRequest, Transport, TransportError
from schema.circuit import Circuit

# A timeout says something of the service only when it had this long, or all of its own ``timeout_s``.
_FAIR_CHANCE_S: Final = 1.0


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
