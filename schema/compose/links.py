"""@link: which specifications a subgraph uses, and under which names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
)

from .errors import Report
from .specs import FEDERATION_DIRECTIVES, FEDERATION_TYPES, KNOWN_FEDERATION, SINGLE_SPECS

APOLLO = "https://specs.apollo.dev"
LINK = f"{APOLLO}/link"
FEDERATION = f"{APOLLO}/federation"
Version = tuple[int, int]
# the version may be missing, but what looks like one must be one
_URL = re.compile(r"(https?://[^/]+/(?:.*/)?((?!v\d)[^/]+?))(?:/v(\d+)\.(\d+))?/?")


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
    links.link_name = _link_name(applications)
    for directive in applications:
        if directive.name.value == links.link_name:
            link = _read_link(directive, subgraph, report)
            if link is not None:
                _add(links, link, subgraph, report)
    return links


def _schema_directives(document: DocumentNode) -> Iterator[ConstDirectiveNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def _link_name(applications: list[ConstDirectiveNode]) -> str:
    """@link may rename itself: ``@lnk(url: ".../link/v1.0", as: "lnk")``."""
    for directive in applications:
        args = _arguments(directive)
        if _string(args.get("url")).startswith(f"{LINK}/v"):
            renamed = _string(args.get("as")) or "link"
            for element, name in _imports(args.get("import")):
                if element == "@link":
                    renamed = name[1:]
            if directive.name.value == renamed:
                return renamed
    return "link"


def _read_link(directive: ConstDirectiveNode, subgraph: str, report: Report) -> Link | None:
    args = _arguments(directive)
    url = _string(args.get("url"))
    if not url:
        return None  # it means nothing, and if it has other arguments than it should they are reported
    matched = _URL.fullmatch(url)
    if not matched:
        report.error(
            "INVALID_LINK_IDENTIFIER",
            f'{subgraph} links "{url}", which has no name and version: write it as "https://host/name/v1.0"',
            subgraphs=[subgraph],
        )
        return None
    identity, name = matched[1], matched[2]
    major, minor = matched[3] or "0", matched[4] or "0"
    link = Link(url, identity, name, (int(major), int(minor)), _string(args.get("as")) or name)
    if not _is_known_version(link, subgraph, report):
        return None
    for element, local in _imports(args.get("import")):
        if _importable(link, element, local, subgraph, report):
            link.imports[element] = local
    return link


def _is_known_version(link: Link, subgraph: str, report: Report) -> bool:
    major, minor = link.version
    if link.identity == FEDERATION and link.version not in KNOWN_FEDERATION:
        code, known = "UNKNOWN_FEDERATION_LINK_VERSION", f"v2.0 to v2.{max(KNOWN_FEDERATION)[1]}"
    elif link.identity == LINK and link.version != (1, 0):
        code, known = "UNKNOWN_LINK_VERSION", "v1.0"
    else:
        return True
    report.error(
        code,
        f"{subgraph} links {link.name} v{major}.{minor}, which this composer does not know: use {known}",
        subgraphs=[subgraph],
    )
    return False


def _importable(link: Link, element: str, local: str, subgraph: str, report: Report) -> bool:
    fault = None
    if not element:
        fault = "imports something without a name: write a string, or an object with name and as"
    elif element.startswith("@") != local.startswith("@"):
        fault = f'imports "{element}" as "{local}": a directive keeps its "@", a type has none'
    elif link.identity == FEDERATION and not _known(element, link.version):
        fault = (
            f'imports "{element}" from federation v{link.version[0]}.{link.version[1]}, which does not have it: '
            "remove the import or link a later version"
        )
    if fault:
        report.error("INVALID_LINK_DIRECTIVE_USAGE", f"{subgraph} {fault}", subgraphs=[subgraph])
    return fault is None


def _known(element: str, version: Version) -> bool:
    known = FEDERATION_DIRECTIVES if element.startswith("@") else FEDERATION_TYPES
    since = known.get(element.removeprefix("@"))
    return since is not None and since <= version


def _add(links: Links, link: Link, subgraph: str, report: Report) -> None:
    if any(other.identity == link.identity for other in links.all):
        report.error(
            "INVALID_LINK_DIRECTIVE_USAGE",
            f"{subgraph} links {link.identity} twice: join the two @link into one",
            subgraphs=[subgraph],
        )
        return
    links.all.append(link)


def federation_names(links: Links, defined: set[str]) -> dict[str, str]:
    """Name here -> federation name, for every federation directive this subgraph can use.

    A subgraph without a federation link is one of federation 1: it has the few directives of that version, and
    those federation directives that it defines itself (``defined``).
    """
    federation = links.federation
    if federation is None:
        names = {name: name for name in ("key", "requires", "provides", "external", "extends", "tag")}
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
