"""Who asks, in the tables: everybody of the development city, nobody, and three that the seed has not."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from identity import delegations
from identity.actor import ANONYMOUS, Actor
from identity.people import seeded_people

NOBODY = "nobody"
ELSEWHERE = "officer-elsewhere"
HELPER = "helper"
PROGRAM = "program"


def columns(scopes_of: Mapping[str, Sequence[str]]) -> dict[str, Actor]:
    """Name -> actor. ``scopes_of``: what each role allows, from the configuration.

    ``officer-elsewhere``: of the same agency as officer, but for one ward alone, with nothing in it. ``helper``: who
    acts for lan, within all that she may do. ``program``: the role that no person has.
    """
    people = {name: person.to_actor(scopes_of) for name, person in seeded_people().items()}
    helper = replace(people["lan"], delegate=people["tu"].id)
    scopes = frozenset(scopes_of.get("PLUGIN", ()))
    program = Actor(id="program-1", level=2, roles=frozenset({"PLUGIN"}), scopes=scopes)
    elsewhere = replace(people["officer"], id="person-elsewhere", wards=frozenset({"00001"}))
    return {NOBODY: ANONYMOUS, **people, ELSEWHERE: elsewhere, HELPER: helper, PROGRAM: program}


def let_help(session: Session, everybody: Mapping[str, Actor]) -> None:
    """The delegation by which ``helper`` acts: given by lan, and accepted."""
    now = time.time_ns() // 1000
    lan, tu = everybody["lan"], everybody["tu"]
    row = delegations.give(session, lan, tu.id, lan.scopes, "", now + 3600 * 1_000_000, now)
    delegations.accept(session, row.id, tu, now)
