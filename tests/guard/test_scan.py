"""The look at a text before it is parsed."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, Lexer, Source, TokenKind
from hypothesis import given
from hypothesis import strategies as st

from gateway.guard.limits import Limits
from gateway.guard.scan import scan


def code_of(text: str, **limits: int) -> str | None:
    try:
        scan(text, Limits(**limits))
    except GraphQLError as error:
        return str((error.extensions or {})["code"])
    return None


@pytest.mark.parametrize(
    ("text", "limits", "code"),
    [
        ("{ a b c }", {"tokens": 5}, None),
        ("{ a b c }", {"tokens": 4}, "TOKEN_LIMIT"),
        ("{ x: a y: b }", {"aliases": 2}, None),
        ("{ x: a y: b }", {"aliases": 1}, "ALIAS_LIMIT"),
        ('query($v: Int = 1) { a(b: 1, c: {d: [2], e: ":"}) @f(g: 3) }', {"aliases": 0}, None),
        ('{ a(b: ") x: y z: w (") }', {"aliases": 0}, None),
        ('{ a(b: """ { { ) x: y """) }', {"aliases": 0, "nesting": 2}, None),
        ("{ a # x: y @z { {\n b }", {"aliases": 0, "directives": 0, "nesting": 1, "tokens": 4}, None),
        ("{ a @b @c }", {"directives": 2}, None),
        ("{ a @b @c }", {"directives": 1}, "DIRECTIVE_LIMIT"),
        ("{ ...A } fragment A on Q { fragment }", {"fragments": 1}, None),
        ("{ ...A } fragment A on Q { a } fragment B on Q { a }", {"fragments": 1}, "FRAGMENT_LIMIT"),
        ("{ a { b } }", {"nesting": 2}, None),
        ("{ a { b(c: []) } }", {"nesting": 3}, "DEPTH_LIMIT"),
        ("{ a }", {"text_length": 5}, None),
        ("{ a } ", {"text_length": 5}, "TEXT_LIMIT"),
        # The length is looked at first: a text that is too long is not read at all.
        ("{ a a }", {"text_length": 5, "tokens": 1}, "TEXT_LIMIT"),
    ],
)
def test_a_limit_is_inclusive_and_has_its_code(text: str, limits: dict[str, int], code: str | None) -> None:
    assert code_of(text, **limits) == code


def lexed(text: str) -> int | None:
    """How many tokens graphql-core sees; None where it sees an error."""
    lexer = Lexer(Source(text))
    count = 0
    try:
        while (token := lexer.advance()).kind is not TokenKind.EOF:
            count += token.kind is not TokenKind.COMMENT
    except GraphQLSyntaxError:
        return None
    return count


PIECES = st.sampled_from(
    [
        *"{}()[]:=!|&$@,7 \n\ufeff",
        *("name", "_x1", "-12.5e3", "...", '"a: {"', '"\\""', '"""b " { \\""" """', '""', '""""""'),
        *('# c: { " \n', "#\r", "query", "fragment"),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_it_counts_the_tokens_that_graphql_core_does(text: str) -> None:
    if (count := lexed(text)) is not None:
        roomy = {"nesting": 100, "aliases": 100, "directives": 100, "fragments": 100}
        assert code_of(text, tokens=max(count, 1), **roomy) is None
        if count > 1:
            assert code_of(text, tokens=count - 1, **roomy) == "TOKEN_LIMIT"


@given(st.text(max_size=300))
def test_no_text_makes_it_fail_otherwise_than_with_a_code(text: str) -> None:
    assert code_of(text, tokens=50, nesting=5) in {None, "TOKEN_LIMIT", "DEPTH_LIMIT"}


@pytest.mark.parametrize(
    "piece", ['"', '"""', '"""\\"""', "\\", '"\\', "#", '"""a', "{", "}", "-", "-1e", "a", "…", '"\n', '""""', ".."]
)
def test_its_time_grows_no_faster_than_the_text(piece: str) -> None:
    limits = Limits(tokens=10**9, nesting=100, text_length=10**9)

    def took(times: int) -> float:
        text = "{a" + piece * times
        best = 1.0
        for _ in range(3):
            began = time.thread_time()
            with suppress(GraphQLError):
                scan(text, limits)
            best = min(best, time.thread_time() - began)
        return best

    took(100)
    # Eight times the text; quadratic would be 64 times the time.
    assert took(80_000) < 30 * max(took(10_000), 0.0002)
