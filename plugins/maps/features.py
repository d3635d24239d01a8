"""Features: what all plugins have on the map in a box, bounded, evenly from all layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from gateway.plugin import Context, Refused
from schema.geo import Box, MapFeature

LAYERS_MOST = 50


async def layers_of(context: Context) -> dict[str, str]:
    """Key -> Vietnamese title of every layer that a plugin has, in the order of plugins.toml."""
    layers: dict[str, str] = {}
    for answer in await context.ask("map_layers"):
        layers |= answer.value
    return layers


async def features_in(
    context: Context, box: Box, layers: Sequence[str] | None, limit: int
) -> tuple[list[MapFeature], bool]:
    """Up to ``limit`` features in the box, of these layers (None: of all), and whether there are more.

    Raises:
        Refused: TOO_MANY_LAYERS, when more than ``LAYERS_MOST`` are asked for.
    """
    if layers is not None and len(layers) > LAYERS_MOST:
        raise Refused(f"layers has at most {LAYERS_MOST} keys.", code="TOO_MANY_LAYERS", field="layers")
    wanted = tuple(dict.fromkeys(layers)) if layers is not None else tuple(await layers_of(context))
    answers = await context.ask("map_features_in", box=box, layers=wanted, limit=limit + 1)
    return evenly([feature for answer in answers for feature in answer.value], box, wanted, limit)


def evenly(
    features: Iterable[MapFeature], box: Box, layers: Sequence[str], limit: int
) -> tuple[list[MapFeature], bool]:
    """Up to ``limit`` of the features, one of each layer in turn so that none crowds out another; and whether more.

    A plugin that tells more than it was asked for (another layer, a point outside the box) gains nothing by it.
    """
    by_layer: dict[str, list[MapFeature]] = {key: [] for key in layers}
    for feature in features:
        if feature.layer in by_layer and box.holds(feature.point):
            by_layer[feature.layer].append(feature)
    turns = zip_longest(*by_layer.values())
    found = [feature for turn in turns for feature in turn if feature is not None]
    return found[:limit], len(found) > limit
