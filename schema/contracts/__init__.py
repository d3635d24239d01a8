"""Contracts: what of a supergraph some clients see, chosen by @tag."""

from .apply import apply_contract
from .contract import Contract, Contracted, ContractError

__all__ = ["Contract", "ContractError", "Contracted", "apply_contract"]
