"""@inaccessible written into a supergraph's text: all else stays as it was, letter by letter."""

from collections.abc import Container, Iterator
from typing import Any

from graphql import DirectiveDefinitionNode, Node, SchemaDefinitionNode, TypeDefinitionNode

from schema.compose.join_spec import CARRIED_LINKS, carried_definition, spec_url
from schema.compose.specs import SPECS

from .reading import Source

Insertion = tuple[int, str]  # after how many characters of the text, what


def mark(sdl: str, source: Source, out: Container[str]) -> str:
    """The SDL with @inaccessible on every element of ``out`` that has it not, and the specification linked."""
    link = next((link for link in source.links.all if link.identity == f"{SPECS}/inaccessible"), None)
    name = link.directive("inaccessible") if link else "inaccessible"
    insertions = [] if link else list(_linking(source, name))
    for node in source.document.definitions:
        if isinstance(node, TypeDefinitionNode):
            insertions += _in_type(node, out, name)
    for at, text in sorted(insertions, key=lambda insertion: insertion[0], reverse=True):
        sdl = sdl[:at] + text + sdl[at:]
    return sdl


def _linking(source: Source, name: str) -> Iterator[Insertion]:
    """The @link, and the directive's definition behind the last other one."""
    specification, version, purpose = CARRIED_LINKS["inaccessible"]
    schema = [node for node in source.document.definitions if isinstance(node, SchemaDefinitionNode)]
    link = f'@{source.links.link_name}(url: "{spec_url(specification, version)}", for: {purpose})'
    yield _end((schema[-1].directives or ())[-1]), f"\n  {link}"
    definitions = [n for n in source.document.definitions if isinstance(n, DirectiveDefinitionNode)]
    yield _end((definitions or schema)[-1]), "\n\n" + "\n".join(carried_definition("inaccessible", name)).rstrip()


def _in_type(node: Any, out: Container[str], name: str) -> Iterator[Insertion]:
    type_name = node.name.value
    if type_name in out and not _has(node, name):
        # a type's directives stand on lines of their own, before the block of what is in it
        end = [*(getattr(node, "interfaces", None) or ()), *(node.directives or ())]
        yield _end(end[-1] if end else node.name), f"\n  @{name}"
    for child in [*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())]:
        at = f"{type_name}.{child.name.value}"
        for argument in getattr(child, "arguments", None) or ():
            if f"{at}({argument.name.value}:)" in out and not _has(argument, name):
                yield _end(argument), f" @{name}"
        if at in out and not _has(child, name):
            yield _end(child), f" @{name}"


def _has(node: Any, name: str) -> bool:
    return any(directive.name.value == name for directive in node.directives or ())


def _end(node: Node) -> int:
    assert node.loc is not None
    return node.loc.end
