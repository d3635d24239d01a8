"""Texts and values: quoting, and merging the descriptions and defaults of several subgraphs."""

from collections import Counter
from collections.abc import Iterable, Sequence

from graphql import ValueNode

from .elements import value_text


def merge_descriptions(descriptions: Iterable[str | None]) -> str | None:
    """The one that most subgraphs give, the first of those where several are as frequent."""
    counts = Counter(text for text in descriptions if text)
    return max(counts, key=lambda text: counts[text]) if counts else None


def merge_defaults(defaults: Sequence[ValueNode | None]) -> tuple[ValueNode | None, bool]:
    """(the common default, whether two subgraphs contradict each other).

    Where some have a default and others none, there is none, and no contradiction.
    """
    texts = [value_text(default) if default is not None else None for default in defaults]
    said = {text for text in texts if text is not None}
    if len(said) == 1 and None not in texts:
        return defaults[0], False
    return None, len(said) > 1


def quoted(text: str) -> str:
    """The text as a GraphQL string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
