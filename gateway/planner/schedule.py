"""In which order steps run, and which of them share a request."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.steps import Step


def bits(mask: int) -> list[int]:
    """The numbers of the set bits."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def batches(steps: Sequence[Step], among: int | None = None) -> list[list[Step]]:
    """The steps in batches that are one request each, every batch after all that it needs.

    Entity steps to one subgraph that are ready at the same stage share a request. A step that can wait without making
    the whole longer waits for a later one to the same subgraph. ``among``: only these steps, as bits; the others count
    as done.
    """
    every = (1 << len(steps)) - 1
    among = every if among is None else among
    before = [step.deps & among if among >> step.number & 1 else 0 for step in steps]
    after = _after(before)
    tail = _tails(after)
    early = _early(before)
    length = max((early[i] + tail[i] + 1 for i in range(len(steps))), default=0)
    found: list[list[Step]] = []
    done = every & ~among
    stage = 0
    while done != every:
        ready = [s for s in steps if not done >> s.number & 1 and not before[s.number] & ~done]
        now: list[list[Step]] = []
        for group in _grouped(ready):
            later = [s for s in steps if s.graph == group[0].graph and s.entity and before[s.number] & ~done]
            if group[0].entity and _may_wait(group, later, before, stage, tail, length):
                continue
            now.append(group)
        for group in now:
            found.append(group)
            for step in group:
                done |= 1 << step.number
        stage += 1
    return found


def _grouped(ready: Sequence[Step]) -> list[list[Step]]:
    groups: dict[tuple[int, int], list[Step]] = {}
    for step in ready:
        key = (step.graph, -1 if step.entity else step.number)
        groups.setdefault(key, []).append(step)
    return list(groups.values())


def _may_wait(
    group: Sequence[Step], later: Sequence[Step], before: Sequence[int], stage: int, tail: Sequence[int], length: int
) -> bool:
    """Whether all of ``group`` have time, and a step that they could join depends on none of them."""
    if any(stage + tail[step.number] + 1 >= length for step in group):
        return False
    mine = 0
    for step in group:
        mine |= 1 << step.number
    return any(not all_before(before, step.number) & mine for step in later)


def with_all_before(steps: Sequence[Step], mask: int) -> int:
    """The steps of ``mask`` and all before them, as bits."""
    found, todo = 0, mask
    while todo:
        bit = todo & -todo
        todo ^= bit
        if not found & bit:
            found |= bit
            todo |= steps[bit.bit_length() - 1].deps & ~found
    return found


def all_before(before: Sequence[int], number: int) -> int:
    """Everything that must run before a step, directly or not."""
    found, todo = 0, before[number]
    while todo:
        low = todo & -todo
        todo ^= low
        if not found & low:
            found |= low
            todo |= before[low.bit_length() - 1] & ~found
    return found


def _after(before: Sequence[int]) -> list[list[int]]:
    after: list[list[int]] = [[] for _ in before]
    for number, mask in enumerate(before):
        for earlier in bits(mask):
            after[earlier].append(number)
    return after


def _tails(after: Sequence[Sequence[int]]) -> list[int]:
    """For each step how many stages must follow it."""
    known: dict[int, int] = {}

    def tail(number: int) -> int:
        if number not in known:
            known[number] = max((tail(later) + 1 for later in after[number]), default=0)
        return known[number]

    return [tail(number) for number in range(len(after))]


def _early(before: Sequence[int]) -> list[int]:
    """For each step the first stage at which it can run."""
    known: dict[int, int] = {}

    def early(number: int) -> int:
        if number not in known:
            known[number] = max((early(earlier) + 1 for earlier in bits(before[number])), default=0)
        return known[number]

    return [early(number) for number in range(len(before))]
