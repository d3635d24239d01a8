"""Responses as JSON text; a response that many subscribers share is written once."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, Final

import orjson

from gateway.execution.budget import ResponseLimitError
from gateway.request import GraphQLResponse

RESPONSE_MAX: Final = 10_000_000
_SHARED: Final = 64


def encode(value: Any) -> bytes:
    """JSON. Integers beyond 64 bits, which orjson refuses, take the slow way."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def encode_response(response: GraphQLResponse) -> bytes:
    """A response as JSON; above 10 MB an error in its place."""
    text = encode(response.as_map())
    return text if len(text) <= RESPONSE_MAX else encode({"errors": [ResponseLimitError().error()], "data": None})


class Payloads:
    """The last responses sent, as text, by identity."""

    def __init__(self) -> None:
        self._texts: OrderedDict[int, tuple[GraphQLResponse, str]] = OrderedDict()

    def text(self, response: GraphQLResponse) -> str:
        known = self._texts.get(id(response))
        if known is not None:
            return known[1]
        text = encode_response(response).decode()
        self._texts[id(response)] = (response, text)
        if len(self._texts) > _SHARED:
            self._texts.popitem(last=False)
        return text
