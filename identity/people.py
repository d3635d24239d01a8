"""People of the development city: citizens and officers to sign in as. Invented, every one of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from pydantic import TypeAdapter

from identity.actor import Actor


class UnknownPerson(Exception):  # noqa: N818
    """No such person is seeded; the message lists who is."""


@dataclass(frozen=True, slots=True)
class Person:
    """``name``: what ``congdanso token NAME`` takes. ``full_name``: shown nowhere but in the development tools.

    ``citizen_id``: a sample of 12 digits that was issued to nobody (data/people.toml says why). ``birth_date``: ISO.
    ``subject``: at the simulator.
    """

    name: str
    full_name: str
    id: str
    level: int
    roles: tuple[str, ...]
    agency: str | None = None
    wards: tuple[str, ...] = ()
    citizen_id: str = field(default="", repr=False)
    birth_date: str = ""
    subject: str = field(default="", repr=False)

    def to_actor(self, scopes_of: Mapping[str, Sequence[str]]) -> Actor:
        """``scopes_of``: what each role allows, from the configuration."""
        return Actor(
            id=self.id,
            level=self.level,
            roles=frozenset(self.roles),
            agency=self.agency,
            wards=frozenset(self.wards),
            scopes=frozenset(scope for role in self.roles for scope in scopes_of.get(role, ())),
        )


def seeded_people() -> dict[str, Person]:
    raw = tomllib.loads(files("identity").joinpath("data/people.toml").read_text(encoding="utf-8"))
    people = TypeAdapter(list[Person]).validate_python(raw["person"])
    return {person.name: person for person in people}


def person_named(name: str) -> Person:
    """Raises: UnknownPerson: nobody of that name is seeded."""
    people = seeded_people()
    if name not in people:
        raise UnknownPerson(f"Nobody called {name!r} is seeded: there are {', '.join(sorted(people))}.")
    return people[name]
