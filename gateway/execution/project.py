"""Projection: the client's keys and order out of the merged tree, values checked, nulls that rise.

A projection is made ready once per plan and assignment of its ``@skip`` / ``@include`` variables. ``interpret`` is the
whole of it. An operation that comes again gets generated code before it (``projection_code``), for answers with nothing
amiss: most are, and it takes less than half the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.execution.budget import ResponseLimits
from gateway.execution.interpret import Denial, Interpreter
from gateway.execution.projection_code import Odd, Project, ProjectionCode
from gateway.planner.plan import ProjectedField, Projection

DEFAULT_LIMITS: Final = ResponseLimits()
# The run that generates the code: an operation that is never seen again does not pay for it.
GENERATED_AT: Final = 2
# Compiling takes about 50 us a field, in which nothing else runs.
GENERATED_FIELDS_MAX: Final = 250


class Projector:
    """A projection, ready for one assignment of its conditions.

    ``holds``: whether a field is in the answer. ``denied``: for a field that the actor may not see, its type in the
    public schema, and the message and code of its error. ``denied_types``: the same, by name, for types.
    """

    __slots__ = ("_generated", "_holds", "_interpreter", "_is_denied", "_projection", "_runs")

    def __init__(
        self,
        projection: Projection,
        holds: Callable[[ProjectedField], bool],
        denied: Callable[[ProjectedField], Denial | None] | None = None,
        denied_types: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self._interpreter = Interpreter(projection, holds, denied, denied_types)
        self._projection = projection
        self._holds = holds
        # What is denied makes an error wherever it is met: nothing for the generated code.
        self._is_denied = denied is not None
        self._runs = 0
        self._generated: Project | None = None

    def project(
        self, tree: Mapping[str, Any], errors: list[dict[str, Any]], limits: ResponseLimits = DEFAULT_LIMITS
    ) -> dict[str, Any] | None:
        """The client's data; None when a null rose to the top. Errors that are found are appended to ``errors``.

        Raises: ResponseLimitError: the data is more than ``limits``.
        """
        if self._runs < GENERATED_AT:
            self._count_run()
        if self._generated is not None:
            try:
                return self._generated(tree, limits.values, limits.characters)
            except Odd:
                pass
        return self._interpreter.project(tree, errors, limits)

    @property
    def code(self) -> str:
        """The Python source that is generated for it, for whoever wants to read it."""
        return ProjectionCode(self._projection, self._holds).text

    def _count_run(self) -> None:
        self._runs += 1
        if self._runs == GENERATED_AT and not self._is_denied:
            code = ProjectionCode(self._projection, self._holds)
            if code.fields <= GENERATED_FIELDS_MAX:
                self._generated = code.compiled()
