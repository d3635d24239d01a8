"""SavedPlace: a place that a person keeps, and what saving and removing one takes."""

from __future__ import annotations

import strawberry

from gateway.plugin import global_id
from identity.secrets import Secrets
from plugins.accounts.models import PlaceRow
from plugins.accounts.service.places import opened
from plugins.accounts.types.contact import KEY
from plugins.accounts.types.links import Ward
from schema.geo import LatLng, LatLngInput


@strawberry.type(description="A place that a person keeps, such as home. Only that person sees it.")
class SavedPlace:
    id: strawberry.ID
    label: str
    point: LatLng
    ward_code: str | None = strawberry.field(description="GSO code; null when nobody knew the ward as it was saved.")
    ward: Ward | None = strawberry.field(description="The ward that it lies in.")

    @classmethod
    def of(cls, row: PlaceRow, secrets: Secrets) -> SavedPlace:
        place = opened(row, secrets)
        return cls(
            id=global_id("SavedPlace", row.id),
            label=place.label,
            point=LatLng.of(place.point),
            ward_code=row.ward,
            ward=None if row.ward is None else Ward.at(row.ward),
        )


@strawberry.input(description="A place to keep.")
class SavePlaceInput:
    label: str = strawberry.field(description="One line, such as Nhà.")
    point: LatLngInput
    id: strawberry.ID | None = strawberry.field(default=None, description="Of the place to put it in the stead of.")
    client_mutation_id: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A place to remove.")
class RemovePlaceInput:
    id: strawberry.ID
    client_mutation_id: str | None = None
