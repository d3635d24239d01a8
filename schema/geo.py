"""Places: points and boxes in WGS 84 degrees, distances in metres, and the features of a map."""

from __future__ import annotations

import math
from dataclasses import dataclass

import strawberry

from schema.errors import Refused

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid."""

CITY_BOUNDS = (8.0, 106.0, 11.8, 107.8)
"""South, west, north, east of everything that the city governs, Côn Đảo included, with a margin."""


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84 degrees."""

    lat: float
    lng: float

    def distance_m(self, other: Point) -> float:
        """Great-circle distance in metres (haversine)."""
        phi, phi2 = math.radians(self.lat), math.radians(other.lat)
        half_lng = math.radians(other.lng - self.lng) / 2
        h = math.sin((phi2 - phi) / 2) ** 2 + math.cos(phi) * math.cos(phi2) * math.sin(half_lng) ** 2
        return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


@dataclass(frozen=True, slots=True)
class Box:
    """South-west and north-east corners, degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, point: Point) -> bool:
        return self.south <= point.lat <= self.north and self.west <= point.lng <= self.east


@dataclass(frozen=True, slots=True)
class MapFeature:
    """One thing on the map, as a plugin answers the question ``map_features_in``.

    ``id``: the global id of the entity shown. ``layer``: key of its layer, such as ``feedback.reports``.
    """

    id: str
    layer: str
    title: str
    point: Point


@strawberry.federation.type(shareable=True, description="A point on the earth, WGS 84.")
class LatLng:
    """A ``Point`` in the graph."""

    lat: float = strawberry.field(description="Degrees north.")
    lng: float = strawberry.field(description="Degrees east.")

    @classmethod
    def of(cls, point: Point) -> LatLng:
        return cls(lat=point.lat, lng=point.lng)


@strawberry.input(description="A point on the earth, WGS 84 degrees.")
class LatLngInput:
    lat: float = strawberry.field(description="Degrees north, -90 to 90.")
    lng: float = strawberry.field(description="Degrees east, -180 to 180.")

    def to_point(self, field: str = "point") -> Point:
        """Raises: Refused: BAD_POINT, outside the earth or not a number."""
        if not (-90 <= self.lat <= 90 and -180 <= self.lng <= 180):
            raise Refused(
                f"{field} is lat {self.lat}, lng {self.lng}: lat is from -90 to 90 and lng from -180 to 180.",
                code="BAD_POINT",
                field=field,
            )
        return Point(self.lat, self.lng)


@strawberry.input(description="A box on the earth, WGS 84 degrees.")
class BBoxInput:
    south: float
    west: float
    north: float
    east: float

    def to_box(self) -> Box:
        """Raises: Refused: BAD_BBOX, when it is empty, turned around or outside the earth."""
        if not (-90 <= self.south < self.north <= 90 and -180 <= self.west < self.east <= 180):
            raise Refused(
                "bbox needs south < north and west < east, in degrees of WGS 84.", code="BAD_BBOX", field="bbox"
            )
        return Box(self.south, self.west, self.north, self.east)
