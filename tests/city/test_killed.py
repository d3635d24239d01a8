"""A gateway killed between commit and publish: nothing that was acknowledged is lost."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from gateway.host.manifest import find_manifest
from gateway.host.testing import running

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from gateway.host.testing import running
from gateway.host.manifest import find_manifest

SUBMIT = '''mutation($i: SubmitReportInput!) { submitReport(input: $i) { node { id } userErrors { code } } }'''

async def main():
    async with running(Path(sys.argv[1]), find_manifest()) as city:
        data = await city.ask(SUBMIT, by="lan", i={"kind": "INCIDENT", "category": "GIAO_THONG", "title": "Ổ gà"})
        report = data["submitReport"]["node"]["id"]
        print(report, flush=True)
        # The listeners' changes commit too: wait for the one that is on its way.
        while not (await city.ask("{ unreadCount }", by="lan"))["unreadCount"]:
            await asyncio.sleep(0.02)
        # The next change commits, and then this process is no more: its relay never sees the event.
        city.city.database._after_commit.insert(0, lambda session: os.kill(os.getpid(), signal.SIGKILL))
        receive = "mutation($id: ID!) { receiveReport(input: {id: $id}) { node { id } } }"
        await city.ask(receive, by="operator", id=report)

asyncio.run(main())
"""

CHANGED = "subscription($id: ID!, $after: ID) { reportChanged(id: $id, after: $after) { id state } }"
INBOX = "{ inbox(first: 10) { nodes { kind report { id } } } }"


async def test_a_subscriber_that_comes_back_gets_the_event_that_was_never_published(tmp_path: Path) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=find_manifest().parent,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    report = done.stdout.strip()
    async with running(tmp_path, find_manifest(), seed=False) as city:
        async with city.listen(CHANGED, by="lan", id=report, after="0") as events:
            first, second = [await asyncio.wait_for(anext(events), 10) for _ in range(2)]
        assert second["data"] == {"reportChanged": {"id": report, "state": "RECEIVED"}}
        assert int(second["extensions"]["eventId"]) > int(first["extensions"]["eventId"])
        kinds = []
        async with asyncio.timeout(10):
            while sorted(kinds) != ["REPORT_RECEIVED", "REPORT_SUBMITTED"]:
                nodes = (await city.ask(INBOX, by="lan"))["inbox"]["nodes"]
                kinds = [node["kind"] for node in nodes if node["report"] == {"id": report}]
                await asyncio.sleep(0.05)
