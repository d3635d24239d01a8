"""The way of a composition: read, check, upgrade, merge, guard, satisfy, print."""

from collections.abc import Sequence

from .access import guard
from .bases import check_bases
from .checks import check_subgraph
from .errors import Composition, Report, SubgraphSdl
from .inaccessible import check_inaccessible
from .interfaces import complete_interfaces
from .merge import merge
from .prepare import prepare
from .printing import print_supergraph
from .satisfiability import check_satisfiability
from .upgrade import upgrade


def compose(subgraphs: Sequence[SubgraphSdl]) -> Composition:
    """The supergraph of the subgraphs, or every reason why there is none.

    Each stage runs only when the one before it found no errors. Never raises for what an SDL says.
    """
    report = Report(subgraphs)
    _check_names(subgraphs, report)
    prepared = [prepare(source, report) for source in subgraphs]
    ready = [subgraph for subgraph in prepared if subgraph is not None]
    old = [subgraph for subgraph in ready if subgraph.federation_1]
    if report.errors:
        return _failed(report)
    faulty = check_bases(old, ready, report)
    upgrade(ready, report)
    for subgraph in old:
        if subgraph.name not in faulty:
            check_subgraph(subgraph, report)
    if report.errors:
        return _failed(report)
    check_bases([subgraph for subgraph in ready if not subgraph.federation_1], ready, report)
    supergraph, kept, overrides = merge(ready, report)
    if not report.errors:
        complete_interfaces(supergraph, report)
    if not report.errors:
        guard(supergraph, kept, report)
        check_inaccessible(supergraph, report)
    if not report.errors:
        check_satisfiability(supergraph, overrides, report)
    if report.errors:
        return _failed(report)
    return Composition((), print_supergraph(supergraph, kept), tuple(report.hints))


def _check_names(subgraphs: Sequence[SubgraphSdl], report: Report) -> None:
    names = [subgraph.name for subgraph in subgraphs]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        report.error("INVALID_SUBGRAPH_NAME", f'two subgraphs are called "{name}": rename one', subgraphs=[name])


def _failed(report: Report) -> Composition:
    return Composition(tuple(report.errors), None, tuple(report.hints))
