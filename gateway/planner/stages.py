"""Steps become the two parts of a plan: what is fetched for the first answer, and what for deferred fragments alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.planner.arrange import Arranged, arrange
from gateway.planner.conditions import Conjunction
from gateway.planner.defer import IN_FIRST
from gateway.planner.fetches import FetchMaker
from gateway.planner.plan import Chains, Fetch, LateFetch, PlanNode, When
from gateway.planner.schedule import batches, bits
from gateway.planner.steps import Step


def stages(
    maker: FetchMaker, steps: list[Step], chains: Sequence[Chains]
) -> tuple[PlanNode | None, tuple[LateFetch, ...], int]:
    """What is fetched first, what late, and how many fetches that is. ``chains``: for whom each step is made.

    No request is for two kinds of them, so nothing waits for what others wanted.
    """
    maker.settle(steps)
    grouped = list(_batches(steps, chains))
    batch_of = {step.number: index for index, batch in enumerate(grouped) for step in batch}
    first: list[Arranged] = []
    late: list[tuple[Arranged, Chains]] = []
    for index, batch in enumerate(grouped):
        fetch, when = maker.fetch(index, batch)
        before = frozenset(batch_of[number] for step in batch for number in bits(step.deps))
        arranged = Arranged(fetch, before, when)
        wanted = chains[batch[0].number]
        if wanted == IN_FIRST:
            first.append(arranged)
        else:
            late.append((arranged, wanted))
    return arrange(first), _late(late), len(grouped)


def _batches(steps: list[Step], chains: Sequence[Chains]) -> Iterator[list[Step]]:
    """The steps of the first answer, then those of each kind of late ones; within a kind each after what it needs."""
    kinds: dict[Chains, int] = {IN_FIRST: 0}
    for step in steps:
        kinds[chains[step.number]] = kinds.get(chains[step.number], 0) | 1 << step.number
    for among in kinds.values():
        yield from batches(steps, among)


def _late(found: list[tuple[Arranged, Chains]]) -> tuple[LateFetch, ...]:
    after: dict[int, list[int]] = {}
    for one, _ in found:
        for earlier in one.before:
            after.setdefault(earlier, []).append(one.fetch.id)
    known: dict[int, int] = {}

    def left(fetch: Fetch) -> int:
        return _stages_from(fetch.id, after, known)

    return tuple(
        LateFetch(one.fetch, chains, tuple(sorted(one.before)), _when(one.when), left(one.fetch))
        for one, chains in found
    )


def _stages_from(number: int, after: dict[int, list[int]], known: dict[int, int]) -> int:
    if number not in known:
        known[number] = 1 + max((_stages_from(later, after, known) for later in after.get(number, ())), default=0)
    return known[number]


def _when(conjunction: Conjunction) -> tuple[When, ...]:
    return tuple(When(variable, expected) for variable, expected in sorted(conjunction))
