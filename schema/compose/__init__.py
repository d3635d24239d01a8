"""Composition: subgraph SDLs into one supergraph SDL, or errors that name both sides."""

from .compose import compose
from .errors import Composition, CompositionError, CompositionHint, SubgraphSdl

__all__ = ["Composition", "CompositionError", "CompositionHint", "SubgraphSdl", "compose"]
