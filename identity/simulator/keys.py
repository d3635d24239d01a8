"""The keys that the simulator signs with: one signs, the one before it is still published."""

from __future__ import annotations

from typing import Any, Final

from joserfc.jwk import ECKey, RSAKey

from identity.simulator.store import Store

SigningKey = ECKey | RSAKey
_FOREVER_S: Final = 10 * 365 * 86_400.0
_PUBLISHED: Final = 2


class SigningKeys:
    """``algorithm``: ES256, RS256 or PS256. Processes that share the store share the keys."""

    def __init__(self, store: Store, algorithm: str) -> None:
        self.algorithm = algorithm
        self._store = store
        self._store.add("keys", algorithm, {"keys": [self._new()]}, lifetime_s=_FOREVER_S)
        self._parsed: dict[str, SigningKey] = {}

    def current(self) -> SigningKey:
        return self._all()[0]

    def rotate(self) -> SigningKey:
        """Sign with a new key from now on."""
        kept = [self._new(), *(key.as_dict(private=True) for key in self._all())][:_PUBLISHED]
        self._store.put("keys", self.algorithm, {"keys": kept}, lifetime_s=_FOREVER_S)
        return self.current()

    def find(self, kid: str | None) -> SigningKey | None:
        return next((key for key in self._all() if key.kid == kid), None)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": self.algorithm} for key in self._all()]}

    def _new(self) -> dict[str, Any]:
        made = ECKey.generate_key("P-256") if self.algorithm == "ES256" else RSAKey.generate_key(2048)
        made.ensure_kid()
        return dict(made.as_dict(private=True))

    def _all(self) -> list[SigningKey]:
        kept = self._store.get("keys", self.algorithm) or {"keys": []}
        return [self._key(one) for one in kept["keys"]]

    def _key(self, given: dict[str, Any]) -> SigningKey:
        kid = given["kid"]
        if kid not in self._parsed:
            self._parsed[kid] = ECKey.import_key(given) if given["kty"] == "EC" else RSAKey.import_key(given)
        return self._parsed[kid]
