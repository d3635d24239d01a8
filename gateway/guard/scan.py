"""The cheap look at a document's text before it is parsed: one pass over its lexemes, no recursion."""

from __future__ import annotations

import re
from typing import Final

from graphql import GraphQLError

from gateway.guard.limits import Limits, refusal

# Possessive throughout, and a string that never ends runs to the end of its line or text: no input is read twice.
_LEXEME: Final = re.compile(
    r'#[^\n\r]*+|"""(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:"""|\Z)|"(?!"")(?:[^"\\\n\r]++|\\.)*+"?'
    r"|\.\.\.|[A-Za-z_][A-Za-z0-9_]*+|-?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|[^\s,\ufeff]"
)


def scan(text: str, limits: Limits) -> None:
    """Bound what parsing ``text`` may cost.

    An alias is a colon outside parentheses: every other colon of an executable document stands within them.

    Raises:
        GraphQLError: TEXT_LIMIT, TOKEN_LIMIT, ALIAS_LIMIT, DIRECTIVE_LIMIT, FRAGMENT_LIMIT or DEPTH_LIMIT.
    """
    if len(text) > limits.text_length:
        raise refusal("TEXT_LIMIT", f"A document has at most {limits.text_length} characters.")
    tokens = aliases = directives = fragments = depth = parentheses = 0
    max_tokens, max_depth = limits.tokens, limits.nesting
    for match in _LEXEME.finditer(text):
        lexeme = match[0]
        if lexeme[0] == "#":
            continue
        tokens += 1
        if lexeme in "{[(":
            depth += 1
            parentheses += lexeme == "("
            if depth > max_depth:
                raise refusal("DEPTH_LIMIT", f"A document nests brackets at most {max_depth} deep.")
        elif lexeme in "}])":
            depth -= 1
            parentheses -= lexeme == ")"
        elif lexeme == ":":
            aliases += parentheses <= 0
        elif lexeme == "@":
            directives += 1
        elif lexeme == "fragment" and depth == 0:
            fragments += 1
        if tokens > max_tokens:
            raise _worst(aliases, directives, fragments, limits)
    _check_counts(aliases, directives, fragments, limits)


def _worst(aliases: int, directives: int, fragments: int, limits: Limits) -> GraphQLError:
    """Name what the surplus of tokens is made of, where a narrower limit says it better."""
    try:
        _check_counts(aliases, directives, fragments, limits)
    except GraphQLError as error:
        return error
    return refusal("TOKEN_LIMIT", f"A document has at most {limits.tokens} tokens.")


def _check_counts(aliases: int, directives: int, fragments: int, limits: Limits) -> None:
    if aliases > limits.aliases:
        raise refusal("ALIAS_LIMIT", f"A document has at most {limits.aliases} aliases.")
    if directives > limits.directives:
        raise refusal("DIRECTIVE_LIMIT", f"A document has at most {limits.directives} directives.")
    if fragments > limits.fragments:
        raise refusal("FRAGMENT_LIMIT", f"A document defines at most {limits.fragments} fragments.")
