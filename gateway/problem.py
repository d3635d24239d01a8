"""What whoever runs the gateway must mend: told in one line, without a traceback."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818, it is the operator's, not an error of ours
    """The message says who or what, what is wrong, and what to do. A command prints it and exits with code 2."""
