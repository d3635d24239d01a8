"""How much one request may ask: the limits, and the fixed codes of their refusals."""

from __future__ import annotations

from typing import Final

from graphql import GraphQLError, Node
from pydantic import BaseModel, Field

from schema.paging import PAGE_DEFAULT


class Limits(BaseModel, frozen=True, extra="forbid"):
    """Upper bounds of one operation; every one of them is inclusive.

    Lexical, of the whole document: ``text_length`` in characters, ``tokens``, ``aliases``, ``directives``,
    ``fragments`` (definitions), ``nesting`` (brackets within brackets, and selection sets within selection sets
    through fragments).
    Of what the document expands to, fragments included: ``depth`` (fields below fields), ``root_fields``,
    ``fields`` (selections once every spread is written out), ``cost`` (field values that the answer may hold; a list
    counts as long as its ``first`` or ``last`` says, as ``page_size`` where it has such an argument and is asked
    without it, else as ``assumed_list_size``), ``comparisons`` (pairs of fields of one name in one place, which
    validation compares; a pair with fields below counts seven).
    Of values: ``list_size`` (``first``, ``last``), ``list_items`` (of one list given as an argument or in a
    variable), ``value_nesting`` and ``values`` (of all variables together).
    ``introspection``: whether ``__schema`` and ``__type`` are answered; ``introspection_lists``: how many lists of
    the schema may lie within each other. ``suggestions``: whether errors may say "Did you mean".
    """

    text_length: int = Field(default=100_000, ge=1)
    tokens: int = Field(default=2_000, ge=1)
    aliases: int = Field(default=100, ge=0)
    directives: int = Field(default=100, ge=0)
    fragments: int = Field(default=100, ge=0)
    nesting: int = Field(default=64, ge=1, le=100)
    depth: int = Field(default=20, ge=1)
    root_fields: int = Field(default=50, ge=1)
    fields: int = Field(default=1_000, ge=1)
    comparisons: int = Field(default=10_000, ge=0)
    cost: int = Field(default=20_000, ge=1)
    page_size: int = Field(default=PAGE_DEFAULT, ge=1)
    assumed_list_size: int = Field(default=10, ge=1)
    list_size: int = Field(default=100, ge=1)
    list_items: int = Field(default=100, ge=1)
    value_nesting: int = Field(default=32, ge=1, le=100)
    values: int = Field(default=10_000, ge=1)
    introspection: bool = True
    introspection_lists: int = Field(default=2, ge=1)
    suggestions: bool = True


CODES: Final = frozenset(
    {
        "TEXT_LIMIT",
        "TOKEN_LIMIT",
        "ALIAS_LIMIT",
        "DIRECTIVE_LIMIT",
        "FRAGMENT_LIMIT",
        "FRAGMENT_CYCLE",
        "DEPTH_LIMIT",
        "ROOT_FIELD_LIMIT",
        "FIELD_LIMIT",
        "REPEAT_LIMIT",
        "COST_LIMIT",
        "LIST_ARGUMENT_LIMIT",
        "VARIABLE_LIMIT",
        "INTROSPECTION_LIMIT",
        "INTROSPECTION_OFF",
        "PLAN_LIMIT",
    }
)
"""Every code that a request is refused with for what it asks, before it runs: HTTP 400 whatever the media type.

PLAN_LIMIT is the engine's, whose planner finds that one out.
"""


def refusal(code: str, message: str, *nodes: Node) -> GraphQLError:
    """An error of the request with one of ``CODES``."""
    if code not in CODES:
        raise ValueError(f"{code} is not a code of the guard: add it to gateway.guard.limits.CODES.")
    return GraphQLError(message, list(nodes) or None, extensions={"code": code})
