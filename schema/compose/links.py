"""@link: which specifications a subgraph uses, and under which names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
)

from .errors import Report
from .link_faults import import_fault, is_namespace, version_fault
from .specs import FEDERATION_DIRECTIVES, SINGLE_SPECS

APOLLO = "https://specs.apollo.dev"
LINK = f"{APOLLO}/link"
FEDERATION = f"{APOLLO}/federation"
FEDERATION_1 = ("key", "requires", "provides", "external", "extends", "tag")
Version = tuple[int, int]
# scheme, host and path, name, version; the version may be missing, but what looks like one must be one
_URL = re.compile(r"(\w+://)(?:[^/@]*@)?([^/]+/(?:.*/)?((?!v\d)[^/]+?))(?:/v(\d+)\.(\d+))?/?")


@dataclass(slots=True)
class Link:
    """One @link; ``imports`` maps an element (``@key``, ``FieldSet``) to its name here (``@primaryKey``)."""

    url: str
    identity: str
    name: str
    version: Version
    namespace: str
    imports: dict[str, str] = field(default_factory=dict)

    def directive(self, element: str) -> str:
        """The name here, without @, of the specification's directive ``element`` (also without @)."""
        imported = self.imports.get(f"@{element}")
        if imported is not None:
            return imported[1:]
        return self.namespace if element == self.name else f"{self.namespace}__{element}"

    def type(self, element: str) -> str:
        return self.imports.get(element, f"{self.namespace}__{element}")


@dataclass(slots=True)
class Links:
    """All links of a subgraph. ``version`` is (1, 0) where no federation specification is linked."""

    all: list[Link] = field(default_factory=list)
    link_name: str = "link"

    @property
    def federation(self) -> Link | None:
        return next((link for link in self.all if link.identity == FEDERATION), None)

    @property
    def version(self) -> Version:
        return self.federation.version if self.federation else (1, 0)

    def by_directive(self, local: str) -> tuple[Link, str] | None:
        """The link that gives the directive ``local`` (no @) its meaning, and its name in that specification."""
        for link in self.all:
            for element, name in link.imports.items():
                if name == f"@{local}":
                    return link, element[1:]
        for link in self.all:
            if local == link.namespace and f"@{link.name}" not in link.imports:
                return link, link.name
            if local.startswith(f"{link.namespace}__"):
                return link, local[len(link.namespace) + 2 :]
        return None


def read_links(document: DocumentNode, subgraph: str, report: Report) -> Links:
    """The @link applications of the schema definition and its extensions; faults go to ``report``."""
    links = Links()
    applications = list(_schema_directives(document))
    defined = {node.name.value for node in document.definitions if isinstance(node, DirectiveDefinitionNode)}
    links.link_name = _link_name(applications, defined)
    for directive in applications:
        if directive.name.value == links.link_name:
            link = _read_link(directive, subgraph, report)
            if link is not None and _is_new(links, link, subgraph, report):
                links.all.append(link)
    return links


def _schema_directives(document: DocumentNode) -> Iterator[ConstDirectiveNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def _link_name(applications: list[ConstDirectiveNode], defined: set[str]) -> str:
    """@link may rename itself where it is defined: ``@lnk(url: ".../link/v1.0", as: "lnk")``."""
    for directive in applications:
        args = _arguments(directive)
        if _string(args.get("url")).startswith(f"{LINK}/v"):
            renamed = _string(args.get("as")) or "link"
            for element, name in _imports(args.get("import")):
                if element == "@link":
                    renamed = name[1:]
            if directive.name.value == renamed and renamed in defined:
                return renamed
    return "link"


def _read_link(directive: ConstDirectiveNode, subgraph: str, report: Report) -> Link | None:
    args = _arguments(directive)
    url = _string(args.get("url"))
    if not url:
        return None  # it means nothing, and if it has other arguments than it should they are reported
    matched = _URL.fullmatch(re.sub(r"[?#].*", "", url))
    if not matched or (matched[4] is None and f"{matched[1]}{matched[2]}/".startswith(f"{FEDERATION}/")):
        report.error(
            "INVALID_LINK_IDENTIFIER",
            f'{subgraph} links "{url}", which has no name and version: write it as "https://host/name/v1.0"',
            subgraphs=[subgraph],
        )
        return None
    version = (int(matched[4] or "0"), int(matched[5] or "0"))
    link = Link(url, matched[1] + matched[2], matched[3], version, _string(args.get("as")) or matched[3])
    _read_names(link, args, subgraph, report)
    return link


def _read_names(link: Link, args: dict[str, ValueNode], subgraph: str, report: Report) -> None:
    if isinstance(args.get("as"), StringValueNode) and not is_namespace(_string(args.get("as"))):
        fault = f'links "{link.url}" as "{_string(args.get("as"))}": use letters, digits and single "_"'
        report.error("INVALID_LINK_DIRECTIVE_USAGE", f"{subgraph} {fault}", subgraphs=[subgraph])
    unknown = version_fault(link)
    if unknown is not None:
        report.error(unknown[0], f"{subgraph} {unknown[1]}", subgraphs=[subgraph])
        return
    for element, local in _imports(args.get("import")):
        wrong = import_fault(link, element, local)
        if wrong:
            report.error("INVALID_LINK_DIRECTIVE_USAGE", f"{subgraph} {wrong}", subgraphs=[subgraph])
        else:
            link.imports[element] = local


def _is_new(links: Links, link: Link, subgraph: str, report: Report) -> bool:
    fault = None
    taken = {local: other for other in links.all for local in other.imports.values()}
    for other in links.all:
        if other.identity == link.identity:
            fault = f"links {link.identity} twice: join the two @link into one"
        elif other.namespace == link.namespace:
            fault = f'links {other.url} and {link.url} as "{link.namespace}": give one of them another name with as'
    for local in link.imports.values():
        if local in taken and fault is None:
            fault = f'imports "{local}" from {taken[local].url} and from {link.url}: give one of them another name'
    if fault:
        report.error("INVALID_LINK_DIRECTIVE_USAGE", f"{subgraph} {fault}", subgraphs=[subgraph])
    return fault is None


def federation_names(links: Links, defined: set[str]) -> dict[str, str]:
    """Name here -> federation name, for every federation directive this subgraph can use.

    A subgraph without a federation link is one of federation 1: it has the few directives of that version, and
    those federation directives that it defines itself (``defined``).
    """
    federation = links.federation
    if federation is None:
        names = {name: name for name in FEDERATION_1}
        names.update({name: name for name in FEDERATION_DIRECTIVES if name in defined})
    else:
        names = {
            federation.directive(name): name
            for name, since in FEDERATION_DIRECTIVES.items()
            if since <= federation.version
        }
    for link in links.all:
        for name in SINGLE_SPECS.get(link.identity, ()):
            names[link.directive(name)] = name
    return names


def _arguments(directive: ConstDirectiveNode) -> dict[str, ValueNode]:
    return {argument.name.value: argument.value for argument in directive.arguments or ()}


def _string(value: ValueNode | None) -> str:
    return value.value if isinstance(value, StringValueNode) else ""


def _imports(value: ValueNode | None) -> Iterator[tuple[str, str]]:
    """(element, name here) of each entry of ``import:``."""
    for entry in value.values if isinstance(value, ListValueNode) else ():
        if isinstance(entry, StringValueNode):
            yield entry.value, entry.value
        elif isinstance(entry, ObjectValueNode):
            parts = {part.name.value: _string(part.value) for part in entry.fields}
            yield parts.get("name", ""), parts.get("as") or parts.get("name", "")
        else:
            yield "", ""
