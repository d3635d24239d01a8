"""The way of a contract: read, filter by tags, check what is left, mark what is out."""

from .checking import check_contract
from .contract import Contract, Contracted, ContractError, faults_of
from .filtering import tags_of, taken_out
from .marking import mark
from .reading import NotASupergraph, Source, elements_of, read_supergraph


def apply_contract(sdl: str, contract: Contract) -> Contracted:
    """The supergraph with @inaccessible on all that the contract takes out, or every reason why there is none.

    Any router of the join specification hides these elements from clients and still plans over them: a key that is
    out joins as before. Never raises for what the SDL says.
    """
    faults = tuple(faults_of(contract))
    if faults:
        return Contracted(faults, None)
    try:
        source = read_supergraph(sdl)
    except NotASupergraph as error:
        return Contracted((ContractError("INVALID_SUPERGRAPH", str(error)),), None)
    unused = _unused(source, contract)
    out = taken_out(source, contract)
    errors = tuple(check_contract(source, out))
    return Contracted(errors, None if errors else mark(sdl, source, out), unused)


def _unused(source: Source, contract: Contract) -> tuple[str, ...]:
    used = {
        tag
        for definition in source.types.values()
        for _, element in elements_of(definition)
        for tag in tags_of(element)
    }
    return tuple(sorted((contract.include | contract.exclude) - used))
