"""The engine alone: any supergraph file served, its subgraphs asked where the file says that they are."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from schema.compose import SubgraphSdl, compose
from tests.server.notes import AUTHORS, NOTES
from tests.server.running import running


def post(url: str, query: str) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps({"query": query}).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


async def test_a_supergraph_file_is_served_without_plugins_and_without_a_database(tmp_path: Path) -> None:
    with running(subgraph_endpoints=True) as elsewhere:
        at = f"http://127.0.0.1:{elsewhere.port}/subgraphs"
        subgraphs = [
            SubgraphSdl("notes", NOTES.as_str(), f"{at}/notes/graphql"),
            SubgraphSdl("authors", AUTHORS.as_str(), f"{at}/authors/graphql"),
        ]
        (tmp_path / "two.graphql").write_text(compose(subgraphs).supergraph_sdl or "")
        command = [sys.executable, "-m", "gateway", "serve", "--supergraph", "two.graphql", "--port", "0"]
        server = subprocess.Popen(  # noqa: ASYNC220
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert server.stdout is not None
        try:
            line = await asyncio.to_thread(server.stdout.readline)
            url = next(word for word in line.split() if word.startswith("http"))
            for _ in range(100):
                try:
                    answer = await asyncio.to_thread(post, url, "{ notes(first: 2) { text author { name } } }")
                    break
                except OSError:
                    await asyncio.sleep(0.1)
        finally:
            server.terminate()
            await asyncio.to_thread(server.wait, 20)
            server.stdout.close()
        assert answer == elsewhere.ask("{ notes(first: 2) { text author { name } } }").json
        assert sorted(path.name for path in tmp_path.iterdir()) == ["two.graphql"]
