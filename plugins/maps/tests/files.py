"""Files that the map's tests import: shared ones where there are, and small ones of our own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("CONGDANSO_SHARED", PROJECT.parent / "shared"))


def shared_file(name: str) -> Path:
    """A file of the optional folder of shared data; the test is skipped without it."""
    path = SHARED / "data" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: set CONGDANSO_SHARED to test with it")
    return path


def square(west: float, south: float, side: float) -> dict[str, Any]:
    """A GeoJSON square, degrees."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: Any, geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def collection(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})
