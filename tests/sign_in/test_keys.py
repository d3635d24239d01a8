"""The keys that sign access tokens: public ones are told, and a rotation refuses nobody."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.sign_in.browser import Browser
from tests.sign_in.conftest import ServedCity

ME = "{ myIdentity { id } }"


async def test_the_public_keys_are_told_and_a_rotation_by_the_command_refuses_nobody(
    served: ServedCity, lan: Browser
) -> None:
    await lan.sign_in("lan")
    before = {key["kid"] for key in json.loads((await lan.get("/.well-known/jwks.json")).text)["keys"]}
    folder = served.city.manifest.folder
    command = [sys.executable, "-m", "gateway", "identity", "rotate-signing", "--config", str(folder / "plugins.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: ASYNC221
    new = done.stdout.split()[5].rstrip(";")
    assert new not in before
    assert (await lan.ask(ME))[0] == 200
    assert (await lan.post("/sign-in/refresh"))[0] == 200
    assert (await lan.ask(ME))[0] == 200
    keys = json.loads((await lan.get("/.well-known/jwks.json")).text)["keys"]
    assert not [key for key in keys if "d" in key]
    assert before <= {key["kid"] for key in keys}
