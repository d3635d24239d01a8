"""Which type answers queries, mutations and subscriptions: a change of it is one of every operation."""

from collections.abc import Iterator

from graphql import GraphQLSchema, OperationType

from .change import Change, Level


def root_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Only where the types themselves stay: one that is added or removed is told as a type."""
    for operation in OperationType:
        before, after = old.get_root_type(operation), new.get_root_type(operation)
        kind = operation.value
        if before is not None and after is None and before.name in new.type_map:
            fault = f"{before.name} no longer answers {kind} operations."
            yield Change(Level.BREAKING, "ROOT_TYPE_REMOVED", before.name, fault)
        elif before is None and after is not None and after.name in old.type_map:
            yield Change(Level.SAFE, "ROOT_TYPE_ADDED", after.name, f"{after.name} answers {kind} operations now.")
        elif before is not None and after is not None and before.name != after.name:
            fault = f"{after.name} answers {kind} operations now, and {before.name} no longer does."
            yield Change(Level.BREAKING, "ROOT_TYPE_CHANGED", before.name, fault)
