"""Tables: each plugin's SQLModel classes stand in a registry of their own."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import registry

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_registry() -> registry:
    """For the base class of a plugin's tables: ``class Table(SQLModel, registry=new_registry())``.

    Two plugins may both have a class ``Row``: their registries do not meet. Names of tables start with the plugin's
    name, which the host checks.
    """
    return registry(metadata=MetaData(naming_convention=_NAMES))
