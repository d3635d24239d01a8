"""@composeDirective: a subgraph's own directives that are to reach the supergraph."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import DirectiveLocation, StringValueNode

from .elements import DirectiveDef
from .errors import Report, listing
from .links import FEDERATION, Link
from .supergraph import Member

#: the locations in queries
EXECUTABLE = frozenset(
    location.name
    for location in (
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    )
)


@dataclass(frozen=True, slots=True)
class ComposedDirective:
    """``element`` is its name in the specification ``link``, ``name`` the one in the supergraph; both without @."""

    name: str
    element: str
    link: Link
    definition: DirectiveDef


def composed_directives(members: Sequence[Member], report: Report) -> dict[tuple[str, str], ComposedDirective]:
    """By (subgraph, directive name). Reports DIRECTIVE_COMPOSITION_ERROR."""
    asked: dict[str, list[tuple[Member, Link, str]]] = {}
    for member in members:
        for directive in member.subgraph.applied:
            if directive.spec != "composeDirective":
                continue
            value = directive.args.get("name")
            name = value.value if isinstance(value, StringValueNode) else ""
            found = _link_of(member, name, report)
            if found is not None:
                asked.setdefault(name[1:], []).append((member, *found))
    composed: dict[tuple[str, str], ComposedDirective] = {}
    for name, uses in asked.items():
        if _agree(name, uses, report) and _is_one_name(name, uses, asked, report):
            definition = _definition(name, uses)
            newest = max((link for _, link, _ in uses), key=lambda link: link.version)
            for member, _, element in uses:
                composed[member.name, name] = ComposedDirective(name, element, newest, definition)
    return composed


def _link_of(member: Member, name: str, report: Report) -> tuple[Link, str] | None:
    fault = None
    if not name.startswith("@"):
        fault = f'composes "{name}": write the name with its "@"'
    elif name[1:] not in member.subgraph.directives:
        fault = f'composes "{name}", which it does not define: define the directive'
    else:
        found = member.subgraph.links.by_directive(name[1:])
        if found is not None and found[0].identity != FEDERATION and not _is_renamed(found[0], name):
            return found
        if found is None or found[0].identity != FEDERATION:
            fault = f'composes "{name}", which no @link brings: link a specification that has it'
        else:
            fault = f'composes "{name}", which is a directive of federation: remove @composeDirective'
    report.error("DIRECTIVE_COMPOSITION_ERROR", f"{member.name} {fault}", subgraphs=[member.name])
    return None


def _is_renamed(link: Link, name: str) -> bool:
    """Whether the directive has its name by ``as:`` of the whole specification, which names none of its directives."""
    return link.namespace != link.name and name not in link.imports.values()


def _agree(name: str, uses: Sequence[tuple[Member, Link, str]], report: Report) -> bool:
    """All must mean the same directive of the same specification, in versions that go together."""
    meanings = {(link.identity, element) for _, link, element in uses}
    majors = {link.version[0] for _, link, _ in uses}
    if len(meanings) == 1 and len(majors) == 1:
        return True
    said = listing([f"{link.url} in {member.name}" for member, link, _ in uses])
    report.error(
        "DIRECTIVE_COMPOSITION_ERROR",
        f'"@{name}" comes from different specifications, {said}: link the same one everywhere',
        subgraphs=[member.name for member, _, _ in uses],
        coordinate=f"@{name}",
    )
    return False


def _is_one_name(
    name: str,
    uses: Sequence[tuple[Member, Link, str]],
    asked: dict[str, list[tuple[Member, Link, str]]],
    report: Report,
) -> bool:
    """A directive that is composed here under one name may not be composed there under another."""
    meant = {(link.identity, element) for _, link, element in uses}
    others = [other for other, used in asked.items() if meant & {(link.identity, element) for _, link, element in used}]
    if len(others) == 1:
        return True
    report.error(
        "DIRECTIVE_COMPOSITION_ERROR",
        f'"@{uses[0][2]}" of {uses[0][1].identity} is composed under the names '
        f"{listing([f'@{other}' for other in others])}: import it under one name everywhere",
        subgraphs=[member.name for member, _, _ in uses],
        coordinate=f"@{name}",
    )
    return False


def _definition(name: str, uses: Sequence[tuple[Member, Link, str]]) -> DirectiveDef:
    """The definition with the newest link, on the locations of all; in queries, on those that all have."""
    newest = max(uses, key=lambda use: use[1].version)[1].version
    definitions = [member.subgraph.directives[name] for member, link, _ in reversed(uses) if link.version == newest]
    locations = [
        location
        for member, _, _ in uses
        for location in member.subgraph.directives[name].locations
        if location not in EXECUTABLE or all(location in m.subgraph.directives[name].locations for m, _, _ in uses)
    ]
    first = definitions[0]
    return DirectiveDef(
        name,
        first.arguments,
        list(dict.fromkeys(locations)),
        any(member.subgraph.directives[name].repeatable for member, _, _ in uses),
        first.description,
    )
