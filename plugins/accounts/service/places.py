"""The rules of saved places: home, school, a parent's house."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, delete, select

from gateway.plugin import Actor, Refused, random_id
from identity.secrets import Secrets
from plugins.accounts.models import PlaceRow
from plugins.accounts.service.rights import not_found, own_account_to_change
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.texts import checked_text
from schema.geo import CITY_BOUNDS, Box, Point

_CITY = Box(*CITY_BOUNDS)


@dataclass(frozen=True, slots=True)
class Place:
    """A place as its person sees it. Its repr holds nothing of where it is."""

    label: str = field(repr=False)
    point: Point = field(repr=False)


def places_of(session: Session, person: str) -> Sequence[PlaceRow]:
    """The first saved first."""
    mine = select(PlaceRow).where(PlaceRow.person == person)
    return session.exec(mine.order_by(col(PlaceRow.saved_at), col(PlaceRow.id))).all()


def checked_place(label: str, point: Point, settings: AccountsSettings) -> Place:
    """Raises: Refused: LABEL_REQUIRED, LABEL_TOO_LONG, OUT_OF_CITY."""
    text = checked_text(label, settings.label_max, field="label", code="LABEL_TOO_LONG", one_line=True)
    if not text:
        raise Refused("A place has a label, such as Nhà.", code="LABEL_REQUIRED", field="label")
    if not _CITY.holds(point):
        raise Refused("The point is not in Ho Chi Minh City.", code="OUT_OF_CITY", field="point")
    return Place(text, point)


def save_place(
    session: Session,
    id: str | None,
    place: Place,
    by: Actor,
    *,
    ward: str | None,
    secrets: Secrets,
    settings: AccountsSettings,
    now: int,
) -> PlaceRow:
    """Keep a place, or put it in the stead of the one that ``id`` names. ``ward``: GSO code of the point's ward.

    Raises:
        Refused: RESTRICTED and those of one's own account; NOT_FOUND; TOO_MANY_PLACES.
    """
    own_account_to_change(session, by)
    sealed = _sealed(place, secrets)
    if id is not None:
        row = own_place(session, id, by)
        row.place, row.ward = sealed, ward
        return row
    if len(places_of(session, by.id)) >= settings.places_max:
        text = f"One keeps at most {settings.places_max} places: remove one first."
        raise Refused(text, code="TOO_MANY_PLACES")
    row = PlaceRow(id=random_id(), person=by.id, place=sealed, ward=ward, saved_at=now)
    session.add(row)
    session.flush()
    return row


def remove_place(session: Session, id: str, by: Actor) -> PlaceRow:
    """Raises: Refused: RESTRICTED and those of one's own account; NOT_FOUND."""
    own_account_to_change(session, by)
    row = own_place(session, id, by)
    session.exec(delete(PlaceRow).where(col(PlaceRow.id) == row.id))
    return row


def own_place(session: Session, id: str, by: Actor) -> PlaceRow:
    """Raises: Refused: NOT_FOUND."""
    row = session.get(PlaceRow, id)
    if row is None or row.person != by.id:
        raise not_found("place")
    return row


def opened(row: PlaceRow, secrets: Secrets) -> Place:
    """Raises: Unsealable."""
    kept = json.loads(secrets.sealer.open(row.place))
    return Place(kept["label"], Point(kept["lat"], kept["lng"]))


def erase_places(session: Session, person: str) -> int:
    """Take all of them out; how many there were."""
    count = len(places_of(session, person))
    session.exec(delete(PlaceRow).where(col(PlaceRow.person) == person))
    return count


def _sealed(place: Place, secrets: Secrets) -> str:
    plain = {"label": place.label, "lat": place.point.lat, "lng": place.point.lng}
    return secrets.sealer.seal(json.dumps(plain, ensure_ascii=False))
