"""Sealing: personal data cannot be read without the keys, and the keys can be rotated under it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.sealing import KeyedHash, Sealer, Unsealable, new_key

OLD, NEW = new_key(), new_key()
NAME = "Nguyễn Thị Lan"


@given(st.text())
def test_what_was_sealed_is_opened(text: str) -> None:
    assert Sealer([OLD]).open(Sealer([OLD]).seal(text)) == text


def test_a_sealed_text_tells_nothing_not_even_that_it_is_the_same() -> None:
    first, second = Sealer([OLD]).seal(NAME), Sealer([OLD]).seal(NAME)
    assert first != second
    assert first.isascii()
    assert NAME not in first


@pytest.mark.parametrize("keys", [[NEW], [NEW, new_key()]])
def test_other_keys_open_nothing(keys: list[str]) -> None:
    with pytest.raises(Unsealable) as refused:
        Sealer(keys).open(Sealer([OLD]).seal(NAME))
    assert NAME not in str(refused.value)


@pytest.mark.parametrize("text", ["", "Lan", "gAAAAA", "đ", "\ud800", Sealer([OLD]).seal(NAME)[:-4]])
def test_what_was_not_sealed_or_was_changed_is_not_opened(text: str) -> None:
    with pytest.raises(Unsealable):
        Sealer([OLD]).open(text)
    with pytest.raises(Unsealable):
        Sealer([OLD]).reseal(text)


def test_a_changed_letter_anywhere_is_found() -> None:
    sealed = Sealer([OLD]).seal("Lan")
    for place in range(len(sealed) - 4):
        changed = sealed[:place] + ("B" if sealed[place] == "A" else "A") + sealed[place + 1 :]
        with pytest.raises(Unsealable):
            Sealer([OLD]).open(changed)


def test_after_resealing_the_old_key_is_not_needed_and_before_it_is() -> None:
    sealed = Sealer([OLD]).seal(NAME)
    both = Sealer([NEW, OLD])
    assert both.open(sealed) == NAME
    assert Sealer([NEW]).open(both.reseal(sealed)) == NAME
    assert Sealer([NEW]).open(both.seal(NAME)) == NAME
    with pytest.raises(Unsealable):
        Sealer([NEW]).open(sealed)


@pytest.mark.parametrize("keys", [[], ["short"], [OLD, "k" * 44], ["đ" * 32], [""]])
def test_what_is_no_key_is_refused_without_being_said(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        Sealer(keys)
    assert not any(key and key in str(refused.value) for key in keys)


def test_a_keyed_hash_is_one_name_for_one_value_purpose_and_secret() -> None:
    hash = KeyedHash("one secret" * 4)
    name = hash.of("citizen", "079090000001")
    assert name == KeyedHash("one secret" * 4).of("citizen", "079090000001")
    assert len(name) == 64
    assert int(name, 16) > 0
    others = [
        hash.of("citizen", "079090000002"),
        hash.of("subject", "079090000001"),
        KeyedHash("another one" * 4).of("citizen", "079090000001"),
    ]
    assert len({name, *others}) == 4


def test_purposes_do_not_run_into_values() -> None:
    hash = KeyedHash("one secret" * 4)
    assert hash.of("a", "bc") != hash.of("ab", "c")


def test_nothing_that_holds_a_secret_shows_it() -> None:
    for thing in (Sealer([OLD]), KeyedHash("one secret" * 4)):
        assert OLD not in repr(thing)
        assert "one secret" not in repr(thing)
