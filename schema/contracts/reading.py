"""A supergraph SDL read back into types: with its specifications' own types apart, and who has what."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import DocumentNode, EnumValueNode, GraphQLError, StringValueNode, parse
from graphql.type import specified_scalar_types

from schema.compose.elements import Argument, DirectiveDef, Element, Kind, TypeDef
from schema.compose.errors import Report
from schema.compose.links import Links, federation_names, read_links
from schema.compose.subgraph import read_subgraph


class NotASupergraph(Exception):  # noqa: N818, it says what the text is not
    """The text is no supergraph of the join specification, and why."""


@dataclass(slots=True)
class Source:
    """``document`` has its locations in the text. ``types``: of the graph, without those of join, link and the like.

    ``graphs``: value of join__Graph -> (name, URL) of the subgraph. ``roots``: operation -> name of its type.
    """

    document: DocumentNode
    links: Links
    types: dict[str, TypeDef]
    graphs: dict[str, tuple[str, str]]
    roots: dict[str, str]
    directives: dict[str, DirectiveDef]

    def subgraphs_with(self, type_name: str) -> tuple[str, ...]:
        """Names of the subgraphs that have the type."""
        definition = self.types.get(type_name)
        return tuple(dict.fromkeys(self.graphs_in(definition, "join__type"))) if definition is not None else ()

    def graphs_in(self, element: Element, directive: str) -> Iterator[str]:
        """The subgraph that each application of the join directive to the element names."""
        for applied in element.directives:
            graph = applied.args.get("graph")
            if applied.name == directive and isinstance(graph, EnumValueNode) and graph.value in self.graphs:
                yield self.graphs[graph.value][0]


def read_supergraph(sdl: str) -> Source:
    """Raises: NotASupergraph: the text does not parse, links nothing or names no subgraphs."""
    try:
        document = parse(sdl)
    except GraphQLError as error:
        raise NotASupergraph(f"the supergraph does not parse: {error.message}") from error
    report = Report(())
    links = read_links(document, "the supergraph", report)
    if not links.all or report.errors:
        why = next((error.message for error in report.errors), "its schema has no @link")
        raise NotASupergraph(f"not a supergraph with @link: {why}: compose it with a federation 2 composer")
    whole = read_subgraph("supergraph", "", document, links, federation_names(links, set()))
    graphs = _graphs(whole.types.get("join__Graph"))
    if not graphs:
        raise NotASupergraph("the supergraph names no subgraphs: the enum join__Graph is missing or empty")
    foreign = {link.namespace for link in links.all}
    types = {
        name: definition
        for name, definition in whole.types.items()
        if name not in specified_scalar_types and not ("__" in name and name.partition("__")[0] in foreign)
    }
    return Source(document, links, types, graphs, whole.roots, whole.directives)


def _graphs(definition: TypeDef | None) -> dict[str, tuple[str, str]]:
    graphs = {}
    for value in definition.values.values() if definition else ():
        for applied in value.directives:
            if applied.name == "join__graph":
                said = {name: node.value for name, node in applied.args.items() if isinstance(node, StringValueNode)}
                graphs[value.name] = (said.get("name", value.name), said.get("url", ""))
    return graphs


def elements_of(definition: TypeDef) -> Iterator[tuple[str, Element]]:
    """The type and everything in it, each with its coordinate."""
    yield definition.name, definition
    for name, child in children_of(definition).items():
        yield f"{definition.name}.{name}", child
    for field in definition.fields.values():
        for argument in field.arguments.values():
            yield argument_at(definition.name, field.name, argument), argument


def children_of(definition: TypeDef) -> dict[str, Element]:
    """The fields, input fields or values of the type; a union's and a scalar's are none."""
    return {**definition.fields, **definition.inputs, **definition.values}


def argument_at(type_name: str, field_name: str, argument: Argument) -> str:
    return f"{type_name}.{field_name}({argument.name}:)"


def has_fields(definition: TypeDef) -> bool:
    return definition.kind in (Kind.OBJECT, Kind.INTERFACE)
