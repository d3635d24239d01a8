"""Changes between two schemas: what breaks clients, what may, what does not."""

from .change import Change, Level
from .clients import client_changes
from .compare import Side, compare_schemas

__all__ = ["Change", "Level", "Side", "client_changes", "compare_schemas"]
