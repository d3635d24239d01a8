"""The query plan: what the planner makes and the execution runs. Plain values, no behaviour.

Three words used throughout:

*response key*
    the key under which the client wants a field: its alias, or the field's name.
*merged tree*
    the one nested dict into which the answers of all fetches are merged before it is projected. It is keyed by
    *sources*.
*source*
    the key of a field in the merged tree, chosen by the planner. It is the response key wherever that is free; where
    two selections of one place would share a key but differ in subgraph field, arguments or type, the planner aliases
    one of them in the fetch, so no answer ever needs to be renamed while it is merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from graphql import DocumentNode, FieldNode, GraphQLOutputType

OperationKind: TypeAlias = Literal["query", "mutation", "subscription"]
Chain: TypeAlias = frozenset[str]
Chains: TypeAlias = frozenset[Chain]


@dataclass(frozen=True, slots=True)
class Key:
    """A step of a path: into the value under ``source`` (lists below it are walked through, however deep)."""

    source: str


@dataclass(frozen=True, slots=True)
class OnTypes:
    """A step of a path: go on only with objects whose ``__typename`` in the merged tree is one of ``names``."""

    names: frozenset[str]


Step: TypeAlias = Key | OnTypes


@dataclass(frozen=True, slots=True)
class RepresentationField:
    """One field of a representation: ``name`` as the subgraph knows it, read from ``source`` of the merged tree.

    ``on_types``: sent only for objects of these types (empty: always).
    ``fields``: the fields below, for a composite value; empty for a leaf.
    """

    name: str
    source: str
    on_types: frozenset[str] = frozenset()
    fields: tuple[RepresentationField, ...] = ()


@dataclass(frozen=True, slots=True)
class Representation:
    """How an object of the merged tree becomes a representation for ``_entities``.

    ``on_types``: the ``__typename``s in the merged tree that this one is for (empty: any).
    ``typename``: the ``__typename`` to send; None sends the object's own. (An ``@interfaceObject`` is sent under the
    interface's name.)
    ``fields``: the key's fields and the fields that ``@requires`` asks for. An object that lacks one of the
    ``mandatory`` sources, or has null there, is not sent and keeps null in what it would have got.
    """

    on_types: frozenset[str]
    typename: str | None
    fields: tuple[RepresentationField, ...]
    mandatory: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityCall:
    """One ``_entities`` selection of a fetch: which objects it sends, and where its answers are merged.

    ``alias``: the response key of this call in the fetch (``_entities``, or ``_e0``, ``_e1`` ... when there are
    several). ``variable``: the name of its variable with the representations (without ``$``).
    ``path``: from the root of the merged tree to the objects that are completed.
    ``representations``: tried in order; the first whose ``on_types`` holds the object's type is used.
    """

    alias: str
    variable: str
    path: tuple[Step, ...]
    representations: tuple[Representation, ...]


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph.

    ``text`` and ``document``: the same operation, printed compactly and parsed. ``variables``: the names of the
    client's variables that it uses. ``calls``: empty for a fetch of root fields, whose answer is merged at ``path``
    (empty: the root of the tree; else a place where a non-entity is re-entered through ``Query``).
    """

    id: int
    subgraph: str
    kind: OperationKind
    text: str
    document: DocumentNode = field(compare=False, repr=False)
    variables: tuple[str, ...] = ()
    calls: tuple[EntityCall, ...] = ()
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another: each may need what the ones before it merged."""

    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """All at once."""

    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """``then`` when the client's Boolean ``variable`` is true, else ``otherwise``; None is nothing to do."""

    variable: str
    then: PlanNode | None
    otherwise: PlanNode | None


@dataclass(frozen=True, slots=True)
class Subscribe:
    """For each event of ``primary``: merge it into a new tree, then run ``rest`` over it."""

    primary: Fetch
    rest: PlanNode | None


PlanNode: TypeAlias = Fetch | Sequence | Parallel | Condition | Subscribe


@dataclass(frozen=True, slots=True)
class When:
    """``@include(if: $variable)`` (``expected`` true) or ``@skip(if: $variable)`` (``expected`` false)."""

    variable: str
    expected: bool


@dataclass(frozen=True, slots=True)
class ProjectedField:
    """One field of the answer, for one runtime type of its parent.

    ``key``: the response key. ``source``: where it is in the merged tree. ``parent`` and ``name``: its coordinate in
    the public schema. ``type``: its type there, for null propagation and leaf values. ``node``: the client's field,
    for the location in errors. ``when``: alternatives, each a conjunction; the field is in the answer when ``when`` is
    empty or any alternative holds. ``selection``: below it, None for a leaf. A key that the client asked several times
    may be there several times, under different conditions: the first that holds is in the answer, at its place.
    ``within``: the names of the deferred fragments that it stands in; in ``when`` they are variables that are true
    where the fragment is answered.
    """

    key: str
    source: str
    parent: str
    name: str
    type: GraphQLOutputType = field(compare=False, repr=False)
    node: FieldNode = field(compare=False, repr=False)
    when: tuple[tuple[When, ...], ...] = ()
    selection: Projection | None = None
    within: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeferredFragment:
    """A deferred fragment as it stands at one place: every object of ``types`` there gets an answer of its own.

    ``name``: of its ``@defer``. ``chain``: that and the names of the deferred fragments around it. ``when``: when it is
    wanted at all, the chain's own names left out.
    """

    name: str
    chain: Chain
    types: frozenset[str]
    when: tuple[When, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """What the client asked of one place, in the client's order.

    ``by_type``: for every concrete type that the public schema allows at this place, its fields. A place of one
    concrete type has one entry, and ``sole`` names it (the objects there may lack ``__typename``). ``sole`` is also set
    where every type has the same fields and nothing else tells them apart: then its entry speaks for all and is the
    only one, and the fetches do not ask for ``__typename``. ``deferred``: the deferred fragments that stand here.
    """

    by_type: Mapping[str, tuple[ProjectedField, ...]]
    sole: str | None
    deferred: tuple[DeferredFragment, ...] = ()


@dataclass(frozen=True, slots=True)
class LateFetch:
    """A fetch for deferred fragments alone.

    ``chains``: which: the names of a fragment and of those around it, for each. ``after``: the ids of the fetches that
    it needs. ``when``: the condition under which it is made. ``stages``: how many fetches one after another are left
    from it on, itself among them.
    """

    fetch: Fetch
    chains: Chains
    after: tuple[int, ...]
    when: tuple[When, ...]
    stages: int


@dataclass(frozen=True, slots=True)
class Plan:
    """An operation, planned.

    ``node``: None when no subgraph is needed (root ``__typename``, introspection). ``projection``: from the root type.
    ``whole``: the plan is one fetch, and its answer has the client's own keys, order and nothing more; the
    execution may hand it on unprojected where no value needs checking. ``late``: what is fetched for deferred fragments
    alone, while or after ``node`` runs. ``labels``: by the names of the deferred fragments.
    """

    kind: OperationKind
    node: PlanNode | None
    projection: Projection
    whole: bool
    fetch_count: int
    late: tuple[LateFetch, ...] = ()
    labels: Mapping[str, str | None] = field(default_factory=dict)
