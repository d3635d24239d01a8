"""Fixtures of vneid's tests: a city of vneid alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.host.testing import AskedCity, OpenCity


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A plugins.toml of vneid alone."""
    file = tmp_path / "plugins.toml"
    file.write_text('[roles]\nCITIZEN = ["feedback:submit"]\n[plugins.vneid]\n')
    return file


@pytest.fixture
async def city(config: Path, open_test_city: OpenCity) -> AsyncIterator[AskedCity]:
    async with open_test_city(config) as asked:
        yield asked
