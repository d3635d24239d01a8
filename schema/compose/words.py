"""Small helpers for writing SDL."""


def quoted(text: str) -> str:
    """The text as a GraphQL string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
