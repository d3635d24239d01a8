"""Making the answers of deferred fragments: each with its errors, and all together within one response's limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.execution.budget import ResponseLimitError, ResponseLimits, size_of
from gateway.execution.errors import FORBIDDEN, UNAUTHENTICATED
from gateway.execution.patches import Fragments, News, Obj, Pending, Place, TakenBack, compare, copied

Error: TypeAlias = dict[str, Any]


@dataclass(slots=True, eq=False)
class Patch:
    """The answer of one deferred fragment at one object. ``data``: all of it, None when a null rose out of it.

    ``news``: what of ``data`` the client did not have, and where.
    """

    pending: Pending
    data: Obj | None
    errors: list[Error]
    news: News


class PlacedErrors:
    """Errors by their places in the answer."""

    def __init__(self) -> None:
        self._at: defaultdict[Place, list[Error]] = defaultdict(list)
        self._below: defaultdict[Place, list[Error]] = defaultdict(list)

    def add(self, errors: Iterable[Error]) -> None:
        for error in errors:
            path = tuple(error.get("path") or ())
            self._at[path].append(error)
            for length in range(len(path)):
                self._below[path[:length]].append(error)

    def about(self, place: Place) -> list[Error]:
        """The errors at a place, above it and below it, their paths as seen from there."""
        above = [error for length in range(len(place) + 1) for error in self._at.get(place[:length], ())]
        return [
            *({**error, "path": []} for error in above),
            *({**error, "path": error["path"][len(place) :]} for error in self._below.get(place, ())),
        ]


class Patcher:
    """Makes the patches of one run. An error is said once; but a patch whose data is null says why in any case."""

    def __init__(self, fragments: Fragments, limits: ResponseLimits) -> None:
        self._fragments = fragments
        self._limits = limits
        self._left = limits
        self._said: set[object] = set()
        self._told: set[int] = set()
        self.placed = PlacedErrors()

    def note_first(self, data: Obj, fetched: Sequence[Error], found: Sequence[Error]) -> None:
        """The first answer is made. ``found``: the errors that its projection found.

        Raises: ResponseLimitError.
        """
        self._spend(data)
        self.placed.add([*fetched, *found])
        self._said.update(map(_sign, found))

    def shared_out(self, errors: Iterable[Error], alike: Sequence[Pending]) -> dict[Place, list[Error]]:
        """The errors of the fetches for one fragment, by the object that they are about, else the first.

        An error that has been shared out already is not again.
        """
        places = {one.path for one in alike}
        found: dict[Place, list[Error]] = {}
        for error in errors:
            if id(error) in self._told:
                continue
            self._told.add(id(error))
            path = tuple(error.get("path") or ())
            steps = (path[:length] for length in range(len(path), -1, -1))
            place = next((step for step in steps if step in places), alike[0].path)
            found.setdefault(place, []).append(error)
        return found

    def patch(self, pending: Pending, values: Mapping[str, Any], errors: list[Error]) -> Patch:
        """The fragment's answer, as the merged tree is now. ``errors``: those of its fetches.

        Raises: ResponseLimitError: all parts together are more than a response may be.
        """
        known = self.placed.about(pending.path)
        count = len(known)
        data = self._fragments.projector(pending, values).project(pending.obj, known, self._limits)
        news: News = []
        if data is not None:
            self._spend(data)
            try:
                compare(pending.have, data, pending.path, news)
            except TakenBack:
                data, news = None, []
        for _, have, new in news:
            have.update(copied(new))
        said = [*errors, *self._unsaid(_from(pending.path, known[count:]))]
        if data is None and not said:
            said = list(_from(pending.path, known))
        return Patch(pending, data, said, news)

    def _unsaid(self, found: Iterable[Error]) -> Iterator[Error]:
        for error in found:
            sign = _sign(error)
            if sign not in self._said:
                self._said.add(sign)
                yield error

    def _spend(self, data: Obj) -> None:
        values, characters = size_of(data)
        self._left = ResponseLimits(self._left.values - values, self._left.characters - characters)
        if self._left.values < 0 or self._left.characters < 0:
            raise ResponseLimitError


def _from(place: Place, errors: Iterable[Error]) -> Iterator[Error]:
    for error in errors:
        yield {**error, "path": [*place, *error["path"]]}


def _sign(error: Error) -> object:
    """What tells an error that a projection found from others. A denied field says so at its first place only."""
    path = error["path"]
    if error["extensions"]["code"] in (UNAUTHENTICATED, FORBIDDEN):
        path = [step for step in path if isinstance(step, str)]
    return error["message"], tuple(path)
