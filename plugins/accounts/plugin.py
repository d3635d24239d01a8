"""Tài khoản chung: the hooks of the plugin."""

from __future__ import annotations

from pydantic import BaseModel
from sqlmodel import SQLModel

from gateway.plugin import About, SubgraphTypes, hookimpl
from plugins.accounts.asking import Questions
from plugins.accounts.graph import Mutation, Query
from plugins.accounts.models import Table
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.types.account import Account


@hookimpl
def about() -> About:
    return About(title="Tài khoản chung", owner="TTCDS")


@hookimpl
def settings() -> type[BaseModel]:
    return AccountsSettings


@hookimpl
def tables() -> type[SQLModel]:
    return Table


@hookimpl
def questions() -> type:
    return Questions


@hookimpl
def subgraph() -> SubgraphTypes:
    return SubgraphTypes(query=Query, mutation=Mutation, types=(Account,))
