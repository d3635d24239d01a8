"""The level gate: refused with what is needed and the way there."""

import pytest

from identity.actor import ANONYMOUS, Actor
from identity.levels import LevelTooLow, need_level
from schema.errors import Refused


def test_who_is_at_the_level_or_above_passes() -> None:
    for level, needed in ((1, 1), (2, 1), (2, 2)):
        need_level(Actor(id="person-lan", level=level), needed)


@pytest.mark.parametrize(("level", "needed"), [(0, 1), (0, 2), (1, 2)])
def test_who_is_below_is_told_the_level_and_where_to_raise_it(level: int, needed: int) -> None:
    with pytest.raises(LevelTooLow) as refused:
        need_level(Actor(id="person-lan", level=level), needed)
    assert refused.value.code == "LEVEL_TOO_LOW"
    assert refused.value.extensions == {"needed": needed, "url": f"/sign-in?step_up=1&level={needed}"}
    assert (
        refused.value.message
        == f"This needs level {needed} of the e-ID: raise yours at /sign-in?step_up=1&level={needed}."
    )


def test_who_has_not_signed_in_is_told_so() -> None:
    with pytest.raises(Refused) as refused:
        need_level(ANONYMOUS, 2)
    assert refused.value.code == "UNAUTHENTICATED"
