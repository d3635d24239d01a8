"""From one subgraph's SDL to a checked ``Subgraph``, root types under their usual names."""

import re

from graphql import DirectiveDefinitionNode, DocumentNode, GraphQLError, GraphQLSyntaxError, parse

from .checks import check_subgraph
from .definitions import check_definitions
from .elements import Kind, TypeDef, named
from .errors import Report, SubgraphSdl
from .grammar import check_grammar, check_values
from .links import FEDERATION_1, federation_names, read_links
from .specs import DIRECTIVES
from .subgraph import Subgraph, read_subgraph


def prepare(source: SubgraphSdl, report: Report) -> Subgraph | None:
    """The subgraph, or None where its SDL is not valid; why goes to ``report``."""
    _check_name(source, report)
    try:
        document = parse(source.sdl)
    except GraphQLSyntaxError as fault:
        _report_graphql(source.name, fault, report)
        return None
    before = len(report.errors)
    links = read_links(document, source.name, report)
    if len(report.errors) > before:
        return None
    defined = _defined_directives(document)
    names = federation_names(links, defined)
    if links.federation is None:  # which has no directives but its own, whatever it links
        names = {local: name for local, name in names.items() if local in FEDERATION_1 or local in defined}
    for error in check_grammar(document, links, names):
        _report_graphql(source.name, error, report)
    if len(report.errors) > before:
        check_definitions(source.name, document, links, names, report)
        return None
    subgraph = read_subgraph(source.name, source.url, document, links, names)
    faulty = check_definitions(source.name, document, links, names, report)
    check_values(subgraph, faulty, report)
    if len(report.errors) > before:
        return None
    _name_roots(subgraph, report)
    if not subgraph.federation_1:  # federation 1 is checked once it is rewritten
        check_subgraph(subgraph, report)
    return subgraph


def _check_name(source: SubgraphSdl, report: Report) -> None:
    if source.name.startswith("__"):
        fault = f'"{source.name}" begins with "__", as only names of GraphQL itself do: give the subgraph another name'
        report.error("INVALID_GRAPHQL", fault, subgraphs=[source.name])
    if source.name == "_" or not source.name.strip():
        fault = f'"{source.name}" is reserved: give the subgraph another name'
        report.error("INVALID_SUBGRAPH_NAME", fault, subgraphs=[source.name])


def _defined_directives(document: DocumentNode) -> set[str]:
    return {node.name.value for node in document.definitions if isinstance(node, DirectiveDefinitionNode)}


def _report_graphql(subgraph: str, fault: GraphQLError, report: Report) -> None:
    lines = [location.line for location in fault.locations or ()]
    node = fault.nodes[0] if fault.nodes else None
    if not lines and node is not None and node.loc is not None:
        lines = [node.loc.start_token.line]
    where = f"{subgraph}, line {lines[0]}" if lines else subgraph
    report.error("INVALID_GRAPHQL", f"{where}: {fault.message}{_advice(fault)}", subgraphs=[subgraph])


def _advice(fault: GraphQLError) -> str:
    unknown = re.match(r"Unknown directive '@(?:(\w+)__)?(\w+)'", fault.message)
    if unknown is None or unknown[2] not in DIRECTIVES:
        return ""
    return (
        f' @{unknown[2]} is one of federation 2: add "@{unknown[2]}" to the import of @link(url: '
        '"https://specs.apollo.dev/federation/v2.x").'
    )


def _name_roots(subgraph: Subgraph, report: Report) -> None:
    """Call the root types Query, Mutation and Subscription, whatever the schema definition calls them."""
    for operation, name in list(subgraph.roots.items()):
        usual = operation.capitalize()
        if name == usual or name not in subgraph.types:
            continue
        if usual in subgraph.types:
            report.error(
                f"ROOT_{operation.upper()}_USED",
                f'{report.where(subgraph.name, name)} has the {operation} root "{name}" and another type "{usual}": '
                f"rename the other type, or make it the root",
                subgraphs=[subgraph.name],
                coordinate=usual,
            )
            continue
        subgraph.roots[operation] = usual
        _rename(subgraph, name, usual)


def _rename(subgraph: Subgraph, old: str, new: str) -> None:
    subgraph.types = {new if name == old else name: definition for name, definition in subgraph.types.items()}
    subgraph.types[new].name = new
    for definition in subgraph.types.values():
        _rename_in(definition, old, new)


def _rename_in(definition: TypeDef, old: str, new: str) -> None:
    if definition.kind is Kind.UNION:
        definition.members = [new if member == old else member for member in definition.members]
    for field in definition.fields.values():
        if named(field.type) == old:
            field.type = field.type.replace(old, new)
