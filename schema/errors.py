"""What a client did wrong, said with a fixed code: ``Refused``, and how a mutation tells it."""

from __future__ import annotations

import strawberry


class Refused(Exception):  # noqa: N818, a rule refuses; nothing is in error
    """A rule says no to the client. The message is for the client's developer: who, what, what to do.

    ``code``: fixed, ``UPPER_SNAKE``. ``field``: the input field at fault, as the client spells it, dots between levels.
    A mutation answers it among its ``userErrors``; a query answers it as a GraphQL error with ``extensions.code``.
    """

    def __init__(self, message: str, *, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


@strawberry.federation.type(shareable=True, description="What was wrong with the input; nothing was changed.")
class UserError:
    """A ``Refused``, in the graph."""

    code: str = strawberry.field(description="Fixed, UPPER_SNAKE: what a program tells apart.")
    message: str = strawberry.field(description="English, for the developer: who, what, what to do.")
    field: str | None = strawberry.field(
        default=None, description="The input field at fault, with dots between levels."
    )

    @classmethod
    def of(cls, refused: Refused) -> UserError:
        return cls(code=refused.code, message=refused.message, field=refused.field)
