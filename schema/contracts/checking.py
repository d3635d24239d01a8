"""Whether what a contract leaves is a whole schema; the rules are those of @inaccessible, the words a contract's."""

from collections.abc import Iterator, Mapping

from schema.compose.elements import Applied, Argument, Element, Field, applied, named
from schema.compose.errors import Report, listing
from schema.compose.inaccessible import check_inaccessible
from schema.compose.supergraph import Supergraph

from .contract import ContractError
from .reading import Source, elements_of


def check_contract(source: Source, out: Mapping[str, str]) -> Iterator[ContractError]:
    """The errors of the contract that takes ``out`` out. Marks those elements of ``source`` as @inaccessible."""
    query = source.roots.get("query", "Query")
    if query in out:
        fault = f"the contract leaves nothing to ask: {query} is out because {out[query]}: include a tag of its fields"
        yield ContractError("EMPTY_QUERY", fault, query)
        return
    elements = {at: element for definition in source.types.values() for at, element in elements_of(definition)}
    for at in out:
        if applied(elements[at], "inaccessible") is None:
            elements[at].directives.append(Applied("inaccessible", {}, "inaccessible"))
    report = Report(())
    check_inaccessible(Supergraph([], types=source.types), report)
    for error in report.errors:
        at = error.coordinate or ""
        yield ContractError(error.code, f"{at}{_where(source, at)} {_fault(error.code, at, elements, out)}", at)
    yield from _in_directives(source, out)


def _in_directives(source: Source, out: Mapping[str, str]) -> Iterator[ContractError]:
    """A directive's definition cannot be taken out, so what its arguments are must stay."""
    for directive in source.directives.values():
        for argument in directive.arguments.values():
            type_ = named(argument.type)
            if type_ in out:
                at = f"@{directive.name}({argument.name}:)"
                fault = f"needs the type {type_}, which is out because {out[type_]}: bring {type_} in"
                yield ContractError("REFERENCED_INACCESSIBLE", f"{at} {fault}", at)


def _where(source: Source, at: str) -> str:
    """`` (in agencies and maps)``: the subgraphs whose SDL must change."""
    owner, _, rest = at.partition(".")
    names: tuple[str, ...] = ()
    field = source.types[owner].fields.get(rest.partition("(")[0]) or source.types[owner].inputs.get(rest)
    if field is not None:
        names = tuple(dict.fromkeys(source.graphs_in(field, "join__field")))
    names = names or source.subgraphs_with(owner)
    return f" (in {listing(names)})" if names else ""


def _fault(code: str, at: str, elements: Mapping[str, Element], out: Mapping[str, str]) -> str:
    element = elements[at]
    if code == "REFERENCED_INACCESSIBLE" and isinstance(element, Field | Argument):
        type_ = named(element.type)
        return (
            f"is in the contract, and its type {type_} is out because {out[type_]}: take {at} out, or bring {type_} in"
        )
    if code == "REQUIRED_INACCESSIBLE":
        return f"is out because {out[at]}, and required, so that nobody could give it: make it optional, or bring it in"
    if code == "DEFAULT_VALUE_USES_INACCESSIBLE":
        return "is in the contract, and its default holds something that is out: choose another, or bring that in"
    return f"is out because {out.get(at, 'of its tags')}, and what stays needs it: bring it in, or take that out"
