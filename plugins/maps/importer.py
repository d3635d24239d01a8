"""Imports of ``maps``: ward polygons from GeoJSON, all of a file or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlmodel import Session, select

from gateway.plugin import Event, emit
from plugins.maps.cache import WARDS_IMPORTED
from plugins.maps.geojson import BadGeoJson, features_of
from plugins.maps.models import ImportRow, ShapeRow, WardRow
from schema.geo import CITY_BOUNDS
from schema.imports import ImportReport
from schema.scalars import utc_now

KIND = "wards"
REFUSED_MOST = 100
VERTICES_MOST = 200_000
ASTRAY_DEGREES = 0.005
"""How far a ward's label may stand outside its polygon, about 550 m, before the polygon is taken for another's."""


class _Refusal(Exception):  # noqa: N818
    """Why one feature is not taken."""


def import_wards(session: Session, path: Path) -> ImportReport:
    """Store the polygons of a GeoJSON feature collection and emit ``maps.wards_imported``; all of them, or none.

    A feature is a Polygon or MultiPolygon in WGS 84 with the ward's code as ``properties.code`` or ``id``. A ward that
    the file leaves out keeps the polygon it has. The same file again changes and emits nothing.

    Raises:
        OSError: the file cannot be read.
    """
    wards = {row.code: row for row in session.exec(select(WardRow))}
    shapes: dict[str, bytes] = {}
    refused: list[tuple[int, str]] = []
    number = 0
    try:
        for number, feature in enumerate(features_of(path), start=1):
            try:
                _take(feature, wards, shapes)
            except _Refusal as refusal:
                refused.append((number, str(refusal)))
            if len(refused) == REFUSED_MOST:
                refused.append((0, f"{REFUSED_MOST} features are refused: the rest was not read"))
                break
    except BadGeoJson as error:
        refused.append((0, f"{error} (after {number} features)"))
    if not (shapes or refused):
        refused.append((0, "the file has no features"))
    if refused:
        return ImportReport(KIND, 0, refused)
    _store(session, shapes)
    return ImportReport(KIND, len(shapes))


def _take(feature: Any, wards: dict[str, WardRow], shapes: dict[str, bytes]) -> None:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _Refusal('not an object with "type": "Feature"')
    properties = feature.get("properties")
    given = properties.get("code") if isinstance(properties, dict) else None
    code = str(given if given is not None else feature.get("id", ""))[:20]
    if code not in wards:
        raise _Refusal(f"code {code!r} is not the code of a ward of the city")
    if code in shapes:
        raise _Refusal(f"ward {code} is in the file twice")
    shape = _shape(feature.get("geometry"))
    label = shapely.Point(wards[code].lng, wards[code].lat)
    if shapely.distance(shape, label) > ASTRAY_DEGREES:
        raise _Refusal(f"the polygon does not lie where ward {code}, {wards[code].full_name}, is")
    shapes[code] = shapely.to_wkb(shape, output_dimension=2)


def _shape(geometry: Any) -> BaseGeometry:
    """A valid polygon inside the city's bounds."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise _Refusal("the geometry is not a Polygon or MultiPolygon")
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.errors.ShapelyError, orjson.JSONEncodeError):
        raise _Refusal("the coordinates are not those of a polygon") from None
    if shape is None or shape.is_empty:
        raise _Refusal("the polygon is empty")
    if shapely.get_num_coordinates(shape) > VERTICES_MOST:
        raise _Refusal(f"the polygon has more than {VERTICES_MOST} vertices: simplify it to about 10 m")
    west, south, east, north = shape.bounds
    if not (CITY_BOUNDS[0] <= south and CITY_BOUNDS[1] <= west and north <= CITY_BOUNDS[2] and east <= CITY_BOUNDS[3]):
        raise _Refusal("the polygon lies outside the city: coordinates are longitude, latitude in WGS 84 degrees")
    if not shape.is_valid:
        raise _Refusal(f"the polygon is not valid: {shapely.is_valid_reason(shape)}")
    return shape


def _store(session: Session, shapes: dict[str, bytes]) -> None:
    stored = {row.ward_code: row.wkb for row in session.exec(select(ShapeRow))}
    changed = [code for code, wkb in shapes.items() if stored.get(code) != wkb]
    if not changed:
        return
    for code in changed:
        session.merge(ShapeRow(ward_code=code, wkb=shapes[code]))
    version = ImportRow(at=utc_now(), wards=len(changed))
    session.add(version)
    session.flush()
    emit(session, Event(WARDS_IMPORTED, {"version": version.id, "wards": sorted(changed)}))


IMPORTS: dict[str, Callable[[Session, Path], ImportReport]] = {KIND: import_wards}
