"""Held against what the field's two composers say of several hundred inputs, and against the audit's supergraphs."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from schema.compose import Composition, SubgraphSdl, compose
from tests.composition.canonical import differences

SHARED = Path(os.environ.get("CONGDANSO_SHARED", Path(__file__).parents[3] / "shared"))
CASES = SHARED / "federation" / "composition" / "cases.json"
AUDIT = SHARED / "federation" / "audit"
CODES_AT_LEAST = 0.95
# In these a federation 1 subgraph @requires what it resolves itself. One composer keeps the directive, the other drops
# it, as is done here: nothing has to be fetched.
IDLE_REQUIRES = {"User.city", "User.profile"}

needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"no cases at {CASES}: set CONGDANSO_SHARED")
needs_audit = pytest.mark.skipif(not AUDIT.exists(), reason=f"no audit at {AUDIT}: set CONGDANSO_SHARED")


@cache
def composed() -> list[tuple[dict[str, Any], Composition]]:
    cases = json.loads(CASES.read_text())
    return [(case, compose([SubgraphSdl(s["name"], s["sdl"]) for s in case["services"]])) for case in cases]


@needs_cases
def test_what_composes_elsewhere_composes_here_and_nothing_else() -> None:
    wrong = [(case["test"], result.errors) for case, result in composed() if result.ok != case["ok"]]
    assert wrong == []


@needs_cases
def test_the_codes_are_those_of_one_of_the_two_composers() -> None:
    failing = [(case, {error.code for error in result.errors}) for case, result in composed() if not case["ok"]]
    other = [
        (case["test"], codes)
        for case, codes in failing
        if codes not in (set(case["codes_apollo"] or ()), set(case["codes_guild"] or ()))
    ]
    assert len(other) <= len(failing) * (1 - CODES_AT_LEAST), other


@needs_cases
def test_the_supergraph_says_what_the_given_one_says() -> None:
    wrong = []
    for case, result in composed():
        if case["ok"]:
            found = set(differences(result.supergraph_sdl or "", case["supergraphSdl"])) - IDLE_REQUIRES
            if found:
                wrong.append((case["test"], found))
    assert wrong == []


@needs_audit
@pytest.mark.parametrize("suite", sorted(path.name for path in AUDIT.iterdir()) if AUDIT.exists() else [])
def test_a_suite_of_the_audit_composes_to_its_supergraph(suite: str) -> None:
    subgraphs = json.loads((AUDIT / suite / "subgraphs.json").read_text())
    result = compose([SubgraphSdl(s["name"], s["sdl"]) for s in subgraphs])
    assert result.errors == ()
    given = (AUDIT / suite / "supergraph.graphql").read_text()
    assert differences(result.supergraph_sdl or "", given) == []
