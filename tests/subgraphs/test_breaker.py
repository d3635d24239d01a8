"""The circuit: opens after failures in a row, costs nothing while it is open, lets one try when its time is over."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from gateway.request import RequestScope
from schema.circuit import Circuit
from tests.execution.hand import fetch
from tests.subgraphs.upstreams import Service, after, answering, ask, codes, engine, in_turn, remote, status

FAR = fetch("{ far }", subgraph="far")
GOOD = answering({"far": "here"})


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_it_opens_after_failures_in_a_row_and_answers_at_once_from_then_on() -> None:
    service = Service(status(503))
    async with engine(service, retries=0, circuit_failures=3) as over:
        for _ in range(3):
            assert codes(await ask(over, "{ far near }")) == ["SUBREQUEST_HTTP_ERROR"]
        for _ in range(5):
            answer = await ask(over, "{ far near }")
            assert answer["data"] == {"far": None, "near": "here"}
            assert [(e["path"], e["extensions"]) for e in answer["errors"]] == [
                (["far"], {"code": "SUBGRAPH_CIRCUIT_OPEN", "service": "far"})
            ]
    assert len(service.asked) == 3


async def test_an_answer_in_between_starts_the_count_anew() -> None:
    bad = status(503)
    service = Service(in_turn(bad, bad, GOOD, bad, bad, GOOD))
    async with remote(service, retries=0, circuit_failures=3) as far:
        for _ in range(8):
            await far.fetch(FAR, {}, RequestScope())
        assert far.circuit.state == "closed"
    assert len(service.asked) == 8


async def test_one_request_tries_when_the_time_is_over_and_closes_or_opens() -> None:
    clock = Clock()
    service = Service(in_turn(status(503), after(0.2, status(503)), after(0.2, GOOD), GOOD))
    async with remote(service, retries=0, circuit_failures=1, circuit_wait_s=10) as far:
        far.circuit.clock = clock
        assert codes(await far.fetch(FAR, {}, RequestScope())) == ["SUBREQUEST_HTTP_ERROR"]
        for found, then in [("SUBREQUEST_HTTP_ERROR", "open"), (None, "closed")]:
            clock.now += 9.9
            assert codes(await far.fetch(FAR, {}, RequestScope())) == ["SUBGRAPH_CIRCUIT_OPEN"]
            clock.now += 0.2
            assert far.circuit.state == "half-open"
            # Different variables, so that none shares another's answer.
            answers = await asyncio.gather(*(far.fetch(FAR, {"n": n}, RequestScope()) for n in range(5)))
            got = sorted(str((codes(answer) or [None])[0]) for answer in answers)
            assert got == sorted(["SUBGRAPH_CIRCUIT_OPEN"] * 4 + [str(found)])
            assert far.circuit.state == then
    assert len(service.asked) == 3


async def test_retries_end_where_the_circuit_opens() -> None:
    service = Service(status(503))
    async with remote(service, retries=9, circuit_failures=2) as far:
        assert codes(await far.fetch(FAR, {}, RequestScope())) == ["SUBGRAPH_CIRCUIT_OPEN"]
    assert len(service.asked) == 2


async def test_what_a_client_asked_wrongly_or_had_no_time_for_is_not_held_against_the_service() -> None:
    service = Service(in_turn(status(400), answering({"far": "x" * 500}), after(1, GOOD)))
    loop = asyncio.get_running_loop()
    async with remote(service, retries=0, circuit_failures=1, size_max_bytes=200) as far:
        assert codes(await far.fetch(FAR, {}, RequestScope())) == ["SUBREQUEST_HTTP_ERROR"]
        assert codes(await far.fetch(FAR, {}, RequestScope())) == ["SUBREQUEST_TOO_LARGE"]
        hurried = RequestScope(deadline=loop.time() + 0.05)
        assert codes(await far.fetch(FAR, {}, hurried)) == ["SUBREQUEST_TIMEOUT"]
        assert far.circuit.state == "closed"


async def test_a_probe_whose_client_leaves_lets_the_next_one_try() -> None:
    clock = Clock()
    service = Service(in_turn(status(503), after(5, GOOD), GOOD))
    async with remote(service, retries=0, circuit_failures=1, circuit_wait_s=1) as far:
        far.circuit.clock = clock
        await far.fetch(FAR, {}, RequestScope())
        clock.now = 2
        probe = asyncio.create_task(far.fetch(FAR, {}, RequestScope()))
        while len(service.asked) < 2:
            await asyncio.sleep(0.005)
        probe.cancel()
        with suppress(asyncio.CancelledError):
            await probe
        assert await far.fetch(FAR, {}, RequestScope()) == {"data": {"far": "here"}}


def test_failures_of_requests_sent_before_it_opened_do_not_keep_it_open() -> None:
    clock = Clock()
    circuit = Circuit("far", failures=1, wait_s=10, clock=clock)
    assert circuit.admit()
    assert circuit.admit()
    circuit.failed()
    clock.now = 9
    circuit.failed()
    clock.now = 10.5
    assert circuit.state == "half-open"
    assert circuit.admit()
    assert not circuit.admit()
