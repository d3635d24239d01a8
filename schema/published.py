"""A composed supergraph as other gateways get it: subgraphs at absolute URLs, guards named without a demand.

``for: SECURITY`` at a @link tells a gateway to refuse the supergraph unless it knows the feature. Without it a gateway
that does not know @authenticated, @requiresScopes and @policy loads the supergraph and leaves them to the subgraphs.
"""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import EnumTypeDefinitionNode, Node, SchemaDefinitionNode, SchemaExtensionNode, StringValueNode, parse

from schema.compose.links import APOLLO
from schema.compose.texts import quoted

GUARDS = tuple(f"{APOLLO}/{name}/v" for name in ("authenticated", "requiresScopes", "policy"))
Replacement = tuple[int, int, str]  # from and to which character of the text, what instead


def published(sdl: str, url_of: Callable[[str, str], str], *, keep_security: bool = False) -> str:
    """The supergraph with its subgraphs where ``url_of(name, url)`` says; all else stays, letter by letter.

    ``keep_security``: the guards keep ``for: SECURITY``. Other features keep theirs either way: what is
    @inaccessible is for the gateway alone to hide.
    """
    replacements: list[Replacement] = []
    for node in parse(sdl).definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            for value in node.values or ():
                replacements += _placed(value, url_of)
        elif isinstance(node, SchemaDefinitionNode | SchemaExtensionNode) and not keep_security:
            for directive in node.directives or ():
                replacements += _undemanding(directive)
    for start, end, text in sorted(replacements, reverse=True):
        sdl = sdl[:start] + text + sdl[end:]
    return sdl


def _placed(value: Any, url_of: Callable[[str, str], str]) -> Iterator[Replacement]:
    for directive in value.directives or ():
        said = {item.name.value: item.value for item in directive.arguments or ()}
        name, url = said.get("name"), said.get("url")
        if directive.name.value == "join__graph" and isinstance(url, StringValueNode):
            known = name.value if isinstance(name, StringValueNode) else value.name.value
            yield *_span(url), quoted(url_of(known, url.value))


def _undemanding(link: Any) -> Iterator[Replacement]:
    """Nothing in place of ``for:`` and the comma beside it, at the @link of a guard."""
    items = list(link.arguments or ())
    url = next((item.value.value for item in items if item.name.value == "url"), "")
    if not url.startswith(GUARDS):
        return
    for number, item in enumerate(items):
        if item.name.value == "for" and number:
            yield _span(items[number - 1])[1], _span(item)[1], ""
        elif item.name.value == "for":
            yield _span(item)[0], _span(items[1])[0], ""


def _span(node: Node) -> tuple[int, int]:
    assert node.loc is not None
    return node.loc.start, node.loc.end
