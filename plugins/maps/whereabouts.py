"""Which ward holds a point: an index in memory, exact over polygons, approximate over label points without them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from schema.geo import EARTH_RADIUS_M, Box, Point

NEAR_M = 50.0
"""So far outside every polygon a point is still the nearest ward's: polygons are simplified and GPS is not exact."""
MARGIN_M = 500.0
"""So far outside every ward's box a point is still taken as in the city, where there are no polygons."""
NEIGHBOUR_M = 30.0
"""Polygons so close are neighbours: simplifying them opens gaps."""

_DEGREE_M = math.radians(1) * EARTH_RADIUS_M
# One scale for the whole city: between its south and its north the true one differs by 0.8 %.
_LNG_SCALE = math.cos(math.radians(10.75))


@dataclass(frozen=True, slots=True)
class Place:
    """A ward as the index needs it. ``wkb``: its polygon in WGS 84 degrees, None when none was imported."""

    code: str
    label: Point
    box: Box
    area_km2: float
    wkb: bytes | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """``distance_m``: from the point to the ward, 0 inside; of an ``approximate`` one, to its label point."""

    code: str
    approximate: bool
    distance_m: float


class Whereabouts:
    """Immutable once made; a lookup takes some microseconds, so it is asked on the event loop.

    ``version``: of the polygons that it was made of.
    """

    def __init__(self, places: Sequence[Place], *, version: int = 0) -> None:
        self.version = version
        shaped = [place for place in places if place.wkb is not None]
        self._shapeless = [place for place in places if place.wkb is None]
        self._codes = [place.code for place in shaped]
        self._shapes = shapely.transform(shapely.from_wkb([place.wkb for place in shaped]), _to_plane)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._neighbours = self._find_neighbours()

    @property
    def has_polygons(self) -> bool:
        return bool(self._codes)

    def at(self, point: Point) -> Found | None:
        """The ward that holds the point; None outside the city."""
        spot = _spot(point)
        found = self._inside(spot) or self._beside(point, spot)
        return found or self._by_label(point)

    def nearest(self, point: Point, limit: int) -> list[Found]:
        """Up to ``limit`` wards, the nearest first; a ward without a polygon counts from its label point."""
        distances = shapely.distance(self._shapes, _spot(point))
        near = [
            Found(self._codes[i], False, self._distance_m(point, i) if distances[i] else 0.0)
            for i in np.argsort(distances, kind="stable")[:limit]
        ]
        near += [Found(place.code, True, point.distance_m(place.label)) for place in self._shapeless]
        return sorted(near, key=lambda found: (found.distance_m, found.code))[:limit]

    def neighbours(self, code: str) -> list[str] | None:
        """Codes of the wards that border on a ward, sorted; None when its polygon is not known."""
        return self._neighbours.get(code)

    def _inside(self, spot: BaseGeometry) -> Found | None:
        hits = [i for i in self._tree.query(spot) if shapely.intersects(self._shapes[i], spot)]
        if len(hits) > 1:
            # Simplified polygons overlap by metres: the point is the ward's that it is deepest in.
            hits.sort(key=lambda i: (-shapely.distance(shapely.boundary(self._shapes[i]), spot), self._codes[i]))
        return Found(self._codes[hits[0]], False, 0.0) if hits else None

    def _beside(self, point: Point, spot: BaseGeometry) -> Found | None:
        # The plane's scale is off by less than 1 %, so look a little farther and then measure on the sphere.
        close = self._tree.query(spot, predicate="dwithin", distance=NEAR_M * 1.02)
        measured = sorted((self._distance_m(point, i), self._codes[i]) for i in close)
        if not measured or measured[0][0] > NEAR_M:
            return None
        return Found(measured[0][1], False, measured[0][0])

    def _by_label(self, point: Point) -> Found | None:
        """The ward whose label is nearest for its size, among those whose box holds the point."""
        for margin_m in (0.0, MARGIN_M):
            held = [place for place in self._shapeless if _widened(place.box, margin_m).holds(point)]
            if held:
                place = min(held, key=lambda p: (point.distance_m(p.label) / math.sqrt(p.area_km2), p.code))
                return Found(place.code, True, point.distance_m(place.label))
        return None

    def _distance_m(self, point: Point, i: int) -> float:
        """Metres on the sphere to the nearest point of a polygon that does not hold the point."""
        x, y = shapely.get_coordinates(shapely.shortest_line(self._shapes[i], _spot(point)))[0]
        return point.distance_m(Point(float(y) / _DEGREE_M, float(x) / (_DEGREE_M * _LNG_SCALE)))

    def _find_neighbours(self) -> dict[str, list[str]]:
        found: dict[str, set[str]] = {code: set() for code in self._codes}
        for i, j in self._tree.query(self._shapes, predicate="dwithin", distance=NEIGHBOUR_M).T:
            if i != j:
                found[self._codes[i]].add(self._codes[j])
        return {code: sorted(others) for code, others in found.items()}


def _to_plane(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) of longitude and latitude in degrees -> metres on a plane."""
    return degrees * [_DEGREE_M * _LNG_SCALE, _DEGREE_M]


def _spot(point: Point) -> BaseGeometry:
    return shapely.Point(point.lng * _DEGREE_M * _LNG_SCALE, point.lat * _DEGREE_M)


def _widened(box: Box, margin_m: float) -> Box:
    lat, lng = margin_m / _DEGREE_M, margin_m / (_DEGREE_M * _LNG_SCALE)
    return Box(box.south - lat, box.west - lng, box.north + lat, box.east + lng)
