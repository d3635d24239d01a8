"""What clients notice between two public schemas: graphql-core's list, and what it leaves out."""

import re
from collections.abc import Iterator

from graphql import GraphQLSchema, specified_scalar_types
from graphql.utilities import SafeChangeType, SchemaChange, find_schema_changes
from graphql.utilities.find_schema_changes import BreakingChangeType

from .change import Change, Level
from .elements import element_changes
from .roots import root_changes

# graphql-core writes the coordinate into the sentence and nowhere else.
_AT = re.compile(
    r"""(?:Description\ of\ (?:(?:field|argument|input-field|enum\ value)\ (?=\w+\.))?
      |Directive\ (?=@) | Repeatable\ flag\ was\ \w+\ \w+\ (?=@) | \w+\ was\ (?:added\ to|removed\ from)\ (?=@)
      |(?:A\ required|An\ optional)\ (?:argument|field)\ (?=@|\w+\.) | (?:Argument|Field|Enum\ value)\ (?=@|\w+\.)
      |\w+\ was\ (?:added\ to|removed\ from)\ union\ type\  | \w+\ added\ to\ interfaces\ implemented\ by\ )?
    (@?\w+(?:\.\w+)?)(?:\((\w+):?\))?""",
    re.VERBOSE,
)
# graphql-core calls these dangerous; who does not give one asks what was asked before.
_OPTIONAL = ("OPTIONAL_ARG_ADDED", "OPTIONAL_INPUT_FIELD_ADDED")


def client_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """All changes, in the order of the old schema; none where both are alike."""
    own = [*root_changes(old, new), *element_changes(old, new)]
    # a default that was taken away is told once: as what it makes of its argument
    required = {change.where for change in own if change.code.endswith("_BECAME_REQUIRED")}
    found = [_change(change) for change in find_schema_changes(old, new) if not _is_noise(change)]
    return [c for c in found if not (c.where in required and c.code.endswith("_DEFAULT_VALUE_CHANGE"))] + own


def _is_noise(change: SchemaChange) -> bool:
    """``Float`` comes and goes with the fields that use it, which are told."""
    if change.type in (BreakingChangeType.TYPE_REMOVED, SafeChangeType.TYPE_ADDED):
        words = change.description.split()
        return words[0] in specified_scalar_types or words[:2] == ["Standard", "scalar"]
    return False


def _change(change: SchemaChange) -> Change:
    code = change.type.name
    where = _where(change.description)
    if code == "DESCRIPTION_CHANGED":
        return Change(Level.SAFE, code, where, f"The description of {where} changed.")
    return Change(_level(change), code, where, change.description)


def _where(sentence: str) -> str:
    matched = _AT.match(sentence)
    assert matched is not None, sentence
    owner, argument = matched.groups()
    # the description of a directive's argument names the directive twice
    return f"{owner}({argument}:)" if argument and f"@{argument}" != owner else owner


def _level(change: SchemaChange) -> Level:
    if isinstance(change.type, BreakingChangeType):
        return Level.BREAKING
    if isinstance(change.type, SafeChangeType) or change.type.name in _OPTIONAL:
        return Level.SAFE
    return Level.DANGEROUS


def worst_first(changes: list[Change]) -> Iterator[Change]:
    """Grouped by level; in a level as they were found."""
    for level in Level:
        yield from (change for change in changes if change.level is level)
