"""Every plugin's own suite, with the plugin in the gateway's process and served by itself: the same answers and errors.

What was asked and answered is written down both ways (``pytest --record``) and compared.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.host.manifest import find_manifest, read_manifest

ROOT = find_manifest().parent
PLUGINS = tuple(read_manifest(find_manifest()).plugins)

# What is drawn or taken from the clock, and so differs from run to run.
DRAWN = (
    (re.compile(r'"(Report|Alert|Article|Notification):[A-Za-z0-9-]{8,}"'), r'"\1:*"'),
    (re.compile(r"\b(Contact|SavedPlace|SignedInSession|DataRequest|Delegation):[\w-]{8,}"), r"\1:*"),
    (re.compile(r"(Mã xác minh của bạn là) \d{6}"), r"\1 *"),
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"), "*time*"),
    (re.compile(r'"eventId": "\d+"'), '"eventId": "*"'),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"), "*token*"),
    (re.compile(r'"id": "[0-9a-f]{32}"'), '"id": "*"'),
    (re.compile(r'"(endCursor|startCursor|cursor)": "[^"]+"'), r'"\1": "*"'),
)

Recorded = Mapping[str, list[str]]


def plain(answer: object) -> str:
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False)
    for drawn, star in DRAWN:
        text = drawn.sub(star, text)
    return text


def run_suite(plugin: str, record: Path, *options: str) -> Recorded:
    """By test, what a city answered in it; in no order, since a stream and a request may overtake one another."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"plugins/{plugin}", *options]
    done = subprocess.run(
        [*command, "--record", str(record)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    answers: dict[str, list[str]] = defaultdict(list)
    for line in record.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        answers[asked["test"]].append(f"{asked['by']} {plain(asked['query'])} {plain(asked['answer'])}")
    return {test: sorted(told) for test, told in answers.items()}


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, bool], Future[Recorded]]:
    """Of each plugin at home and moved. Two at a time: they wait more than they reckon."""
    folder = tmp_path_factory.mktemp("recorded")
    pool = ThreadPoolExecutor(2)
    runs: dict[tuple[str, bool], Future[Recorded]] = {}
    for plugin in PLUGINS:
        runs[plugin, True] = pool.submit(run_suite, plugin, folder / f"{plugin}-moved", "--moved", plugin)
        runs[plugin, False] = pool.submit(run_suite, plugin, folder / f"{plugin}-here")
    pool.shutdown(wait=False)
    return runs


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_answers_alike_in_the_gateway_and_served_by_itself(
    plugin: str, suites: Mapping[tuple[str, bool], Future[Recorded]]
) -> None:
    here, moved = suites[plugin, False].result(), suites[plugin, True].result()
    assert moved.keys() == here.keys()
    for test in here:
        assert moved[test] == here[test], test
    assert len(here) >= 5
