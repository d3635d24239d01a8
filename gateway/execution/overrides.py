"""Progressive ``@override``: which labels are active for one operation."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable

from gateway.request import RequestScope

ActiveLabels = Callable[[RequestScope], frozenset[str]]

_PERCENT = re.compile(r"percent\((\d+(?:\.\d+)?)\)\Z")


def percent_labels(labels: Iterable[str], draw: Callable[[], float] = random.random) -> ActiveLabels:
    """The activation that a supergraph can decide by itself: ``percent(10)`` is active for a tenth of all operations.

    ``draw``: a number from 0 to 1, the same for all labels of an operation, so that 10 percent lie within 20. Labels
    of any other form are never active.
    """
    shares = {label: float(match[1]) / 100 for label in labels if (match := _PERCENT.match(label))}

    def active(_scope: RequestScope) -> frozenset[str]:
        drawn = draw()
        return frozenset(label for label, share in shares.items() if drawn < share)

    return active
