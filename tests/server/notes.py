"""Two small subgraphs for the server's tests: notes, and the authors of notes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import strawberry

from gateway.request import RequestScope

committed: list[str] = []
"""What mutations have written, in order."""

ongoing: set[str] = set()
"""Slow fields and subscriptions that have begun and not ended, by name."""


@strawberry.federation.type(keys=["id"])
class Author:
    id: strawberry.ID


@strawberry.type
class Note:
    id: int
    text: str
    author: Author
    related: list[Note]


def note(number: int) -> Note:
    return Note(id=number, text=f"Note {number}", author=Author(id=strawberry.ID(str(number % 3))), related=[])


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "Xin chào"

    @strawberry.field
    def echo(self, text: str) -> str:
        return text

    @strawberry.field
    def note(self, id: int) -> Note | None:
        return note(id)

    @strawberry.field
    def notes(self, first: int = 10) -> list[Note]:
        return [note(number) for number in range(first)]

    @strawberry.field
    def pick(self, ids: list[int]) -> int:
        return len(ids)

    @strawberry.field
    def whoami(self, info: strawberry.Info[RequestScope, None]) -> str:
        return info.context.actor.id

    @strawberry.field
    def scope_id(self, info: strawberry.Info[RequestScope, None]) -> str:
        return f"{id(info.context):x} {info.context.request_id}"

    @strawberry.field
    def seen_headers(self, info: strawberry.Info[RequestScope, None]) -> list[str]:
        return sorted(info.context.headers)

    @strawberry.field
    def broken(self) -> str | None:
        raise ValueError("password=hunter2 of citizen 079012345678")

    @strawberry.field
    async def slow(self, name: str, seconds: float) -> str:
        ongoing.add(name)
        try:
            await asyncio.sleep(seconds)
        finally:
            ongoing.discard(name)
        return name


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def add(self, text: str, seconds: float = 0) -> str:
        ongoing.add(text)
        try:
            await asyncio.sleep(seconds)
            committed.append(text)
        finally:
            ongoing.discard(text)
        return text


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int, every_s: float = 0, name: str = "count") -> AsyncIterator[int]:
        ongoing.add(name)
        try:
            for number in range(to):
                yield number
                await asyncio.sleep(every_s)
        finally:
            ongoing.discard(name)

    @strawberry.subscription
    async def blobs(self, size: int, to: int) -> AsyncIterator[str]:
        for _ in range(to):
            yield "x" * size
            await asyncio.sleep(0)

    @strawberry.subscription
    async def bounced(self) -> AsyncIterator[int]:
        yield 1
        raise ValueError("password=hunter2")

    @strawberry.subscription
    async def scopes(self, info: strawberry.Info[RequestScope, None]) -> AsyncIterator[str]:
        yield info.context.actor.id


@strawberry.federation.type(keys=["id"], name="Author")
class NamedAuthor:
    id: strawberry.ID
    name: str

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> NamedAuthor:
        return NamedAuthor(id=id, name=f"Author {id}")


@strawberry.type
class AuthorsQuery:
    @strawberry.field
    def author(self, id: strawberry.ID) -> NamedAuthor:
        return NamedAuthor(id=id, name=f"Author {id}")


NOTES = strawberry.federation.Schema(Query, Mutation, Subscription)
AUTHORS = strawberry.federation.Schema(AuthorsQuery, types=[NamedAuthor])
