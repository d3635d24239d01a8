"""The city's supergraph as other gateways load it, and what of it would then stand unguarded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from graphql import EnumValueNode, StringValueNode, parse

from gateway.commands import composing, contracts
from gateway.commands.errors import CommandError
from gateway.host.manifest import Manifest
from gateway.planner.access import Access, access_of
from schema.compose.elements import Kind, TypeDef
from schema.contracts import Contract
from schema.contracts.reading import Source, read_supergraph
from schema.published import published


def supergraph_sdl(config: Path | None, contract: Contract | None, base_url: str, *, keep_security: bool) -> str:
    """``base_url``: where the plugins in this process are served. ``keep_security``: see ``published``.

    Raises:
        CommandError: nothing composes, there is no such contract or URL, or a guard would be none.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise CommandError(
            f"--base-url {base_url}: give http:// or https:// and a host, such as http://127.0.0.1:8000."
        )
    assembly, sdl = composing.composed(config)
    if not keep_security and (lines := [*_open_doors(sdl, {n: s.sdl for n, s in assembly.sdls.items()})]):
        raise CommandError(
            "a gateway that does not enforce @authenticated and the like would ask past it:\n  " + "\n  ".join(lines)
        )
    if contract is not None:
        sdl = contracts.narrowed(sdl, contract)
    manifest = assembly.manifest

    def url_of(name: str, url: str) -> str:
        return _absolute(url or _place(manifest, name), base_url)

    return published(sdl, url_of, keep_security=keep_security)


def _place(manifest: Manifest, name: str) -> str:
    """Where a plugin that is out was, and will be."""
    entry = manifest.plugins.get(name)
    return entry.url if entry is not None and entry.url is not None else f"/subgraphs/{name}/graphql"


def _absolute(url: str, base_url: str) -> str:
    return url if urlsplit(url).scheme else f"{base_url.rstrip('/')}/{url.lstrip('/')}"


def _open_doors(supergraph_sdl: str, sdls: Mapping[str, str]) -> Iterator[str]:
    """Each guarded coordinate that a subgraph answers without guarding it itself, and what to do."""
    graph = read_supergraph(supergraph_sdl)
    own = {name: access_of(parse(sdl, no_location=True)) for name, sdl in sdls.items()}
    for coordinate, wanted in access_of(graph.document).items():
        for name in _answering(graph, coordinate):
            if name in own and not any(_same(own[name].get(at), wanted) for at in _guarding(graph, coordinate)):
                yield (
                    f"{coordinate} is guarded in the graph, and {name} answers it without: "
                    f"give it the same directives in {name}, or print with --security."
                )


def _same(own: Access | None, wanted: Access) -> bool:
    return own is not None and _as_sets(own) == _as_sets(wanted)


def _as_sets(access: Access) -> tuple[bool, set[frozenset[str]], set[frozenset[str]]]:
    return access.authenticated, {frozenset(all_of) for all_of in access.scopes}, {*map(frozenset, access.policies)}


def _guarding(graph: Source, coordinate: str) -> Iterator[str]:
    """The coordinate; for one of an interface also those of its objects, from which composition gives it its guard."""
    yield coordinate
    owner, dot, field = coordinate.partition(".")
    if graph.types[owner].kind is Kind.INTERFACE:
        yield from (f"{name}{dot}{field}" for name, kind in graph.types.items() if owner in kind.interfaces)


def _answering(graph: Source, coordinate: str) -> Iterator[str]:
    """The subgraphs that answer a type or field."""
    owner, _, field = coordinate.partition(".")
    definition = graph.types[owner]
    everywhere = graph.subgraphs_with(owner)
    if not field:
        yield from everywhere
        return
    joins = [applied.args for applied in definition.fields[field].directives if applied.name == "join__field"]
    if not joins:
        yield from everywhere
    for args in joins:
        at = args.get("graph")
        if isinstance(at, EnumValueNode):
            is_external = getattr(args.get("external"), "value", False)
            if not is_external or field in _provided(graph, at.value):
                yield graph.graphs[at.value][0]


def _provided(graph: Source, at: str) -> set[str]:
    """The names in every ``@provides`` of a subgraph: what it answers though it is another's."""
    return {
        word
        for definition in graph.types.values()
        for said in _joins(definition)
        if isinstance(said.get("graph"), EnumValueNode) and said["graph"].value == at
        for word in said["provides"].value.replace("{", " ").replace("}", " ").split()
    }


def _joins(definition: TypeDef) -> Iterator[Mapping[str, EnumValueNode | StringValueNode]]:
    for item in definition.fields.values():
        for applied in item.directives:
            if applied.name == "join__field" and isinstance(applied.args.get("provides"), StringValueNode):
                yield applied.args  # type: ignore[misc]
