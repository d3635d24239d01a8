"""Changes as plain values, for tests."""

from graphql import build_schema

from schema.changes import Change, client_changes

QUERY = "type Query { a: Int } "
Said = tuple[str, str, str, str]  # level, code, where, message


def said(change: Change) -> Said:
    return (change.level.value, change.code, change.where, change.message)


def changes(old: str, new: str) -> list[Said]:
    """From one public schema to another."""
    return [said(change) for change in client_changes(build_schema(old), build_schema(new))]
