"""GeoJSON read one feature at a time, wherever the chunks of the file end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.maps import geojson
from plugins.maps.geojson import BadGeoJson, features_of

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@given(
    features=st.lists(values, max_size=5),
    before=st.dictionaries(st.text(min_size=1).filter(lambda name: name != "features"), values, max_size=2),
    indent=st.sampled_from([None, 0, 3]),
    chunk=st.integers(1, 40),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_any_collection_reads_as_json_reads_it(
    tmp_path: Path, features: list[object], before: dict[str, object], indent: int | None, chunk: int
) -> None:
    path = tmp_path / "any.geojson"
    whole = {**before, "features": features, "after": [1, {"features": [2]}]}
    path.write_text(json.dumps(whole, indent=indent), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geojson, "CHUNK", chunk)
        assert list(features_of(path)) == features


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"features": [{} {}]}', "two features without a comma between"),
        ('{"features": [{]}', "not JSON"),
        ('{"features"}', "a name without a value"),
        ('{"features": [{}, ', "the file ends before the collection does"),
        ('{"features": [{}', "the file ends before the collection does"),
        ('{"features": [' + "[" * 200_000, "lists within lists, too deep"),
    ],
)
def test_what_is_no_collection_is_refused_with_the_reason(
    make_file: Callable[[str], Path], text: str, reason: str
) -> None:
    with pytest.raises(BadGeoJson, match=reason):
        list(features_of(make_file(text)))


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.geojson"
    path.write_bytes('{"features": ["Bến Thành"]}'.encode("utf-16"))
    with pytest.raises(BadGeoJson, match="the file is not UTF-8"):
        list(features_of(path))


def test_a_feature_without_end_does_not_fill_the_memory(
    make_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geojson, "VALUE_MOST", 10_000)
    monkeypatch.setattr(geojson, "CHUNK", 1_000)
    with pytest.raises(BadGeoJson, match="a value has more than 10000 characters"):
        list(features_of(make_file('{"features": ["' + "x" * 100_000)))
