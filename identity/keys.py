"""The keys that sign people's tokens: one signs, those before it verify for a day, all processes have the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from identity.files import locked, make_once, replace

log = structlog.get_logger("identity.keys")

FILE: Final = "token-keys.json"
ALGORITHM: Final = "ES256"
RETIRED_FOR_S: Final = 24 * 3600
"""How long a retired key verifies: longer than any token that a session gets."""
LOOK_EVERY_S: Final = 5.0
"""How long another process's change may go unseen; a key that is unknown is looked for at once."""

_Seen = tuple[int, int, int]


class KeysDamaged(Exception):  # noqa: N818, a fact about a file
    """The file of the keys cannot be read. The message names it and what to do."""


class SigningKeys(Protocol):
    """Where ``Tokens`` has its keys from."""

    def current(self) -> ECKey: ...

    def find(self, kid: str) -> ECKey | None: ...

    def jwks(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class RingKey:
    """``key.kid``: its thumbprint (RFC 7638). ``made_at``, ``retired_at``: epoch seconds; None while it signs."""

    key: ECKey
    made_at: int
    retired_at: int | None = None

    def verifies(self, now: float) -> bool:
        return self.retired_at is None or now < self.retired_at + RETIRED_FOR_S


class OneKey:
    """A ring of one key that is never rotated."""

    def __init__(self, key: ECKey) -> None:
        self._key = key

    def current(self) -> ECKey:
        return self._key

    def find(self, kid: str) -> ECKey | None:
        return self._key if kid == self._key.kid else None

    def jwks(self) -> dict[str, Any]:
        return public_set([self._key])


class KeyRing:
    """The keys in ``folder``/token-keys.json (mode 0600), made when there are none. ``clock``: epoch seconds.

    The newest signs. A key that was retired verifies for ``RETIRED_FOR_S`` more, so no token that was good is refused
    for a rotation. May be used by any number of threads and processes at once.

    Raises:
        KeysDamaged: the file is there and is no file of keys.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE
        self._clock = clock
        self._lock = threading.Lock()
        make_once(self._path, lambda: _dumped((self._new(),)))
        self._seen = self._look()
        self._keys = _parsed(self._path)
        self._looked_at = time.monotonic()

    def current(self) -> ECKey:
        """The key that signs."""
        self._refresh(LOOK_EVERY_S)
        return self._keys[-1].key

    def find(self, kid: str) -> ECKey | None:
        """The key of this id, if it signs or is retired for less than a day. ``kid`` is compared, nothing else."""
        self._refresh(LOOK_EVERY_S)
        found = self._found(kid)
        if found is None:
            # Another process may have rotated a moment ago: a look at the file's time costs no more than a refusal.
            self._refresh(0)
            found = self._found(kid)
        return found

    def jwks(self) -> dict[str, Any]:
        """The public keys that verify now, the newest first, as a JSON Web Key Set (RFC 7517)."""
        self._refresh(LOOK_EVERY_S)
        now = self._clock()
        return public_set([each.key for each in reversed(self._keys) if each.verifies(now)])

    def rotate(self) -> ECKey:
        """A new key signs from now on; what has been retired for a day is forgotten. Of two at once, both count."""
        with locked(self._path.with_suffix(".lock")), self._lock:
            now = self._clock()
            # Whoever else rotated has written what is there; when the file was lost, ours is all there is.
            before = _parsed(self._path) if self._path.exists() else self._keys
            retired = [RingKey(k.key, k.made_at, k.retired_at or int(now)) for k in before]
            keys = (*(each for each in retired if each.verifies(now)), self._new())
            replace(self._path, _dumped(keys))
            self._seen = self._look()
            self._keys = keys
        log.info("the key that signs tokens was rotated", kid=keys[-1].key.kid, verifying=len(keys))
        return keys[-1].key

    def _new(self) -> RingKey:
        return RingKey(ECKey.generate_key("P-256", auto_kid=True), int(self._clock()))

    def _found(self, kid: str) -> ECKey | None:
        now = self._clock()
        return next((each.key for each in self._keys if each.key.kid == kid and each.verifies(now)), None)

    def _refresh(self, after_s: float) -> None:
        """Read the file again if it has changed, looking at most every ``after_s`` seconds."""
        if time.monotonic() - self._looked_at < after_s:
            return
        with self._lock:
            self._looked_at = time.monotonic()
            seen = self._look()
            if seen is None or seen == self._seen:
                return
            try:
                self._keys = _parsed(self._path)
            except (KeysDamaged, OSError) as error:
                # The keys that were had go on: tokens must not be refused for a file that somebody is mending.
                log.warning("the file of the keys cannot be read", reason=str(error))
            self._seen = seen

    def _look(self) -> _Seen | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size


def public_set(keys: Sequence[ECKey]) -> dict[str, Any]:
    """A JSON Web Key Set of the public halves."""
    return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM} for key in keys]}


def load_key(path: Path) -> ECKey:
    """The one key kept at ``path`` (a JWK readable by its owner alone), made when there is none."""

    def made() -> bytes:
        return orjson.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True))

    return ECKey.import_key(orjson.loads(make_once(path, made)))


def _dumped(keys: Sequence[RingKey]) -> bytes:
    given = [{"key": k.key.as_dict(private=True), "made_at": k.made_at, "retired_at": k.retired_at} for k in keys]
    return orjson.dumps({"keys": given}, option=orjson.OPT_INDENT_2)


def _parsed(path: Path) -> tuple[RingKey, ...]:
    """The keys, the one that signs last. Raises: KeysDamaged."""
    try:
        given = orjson.loads(path.read_bytes())["keys"]
        keys = tuple(RingKey(ECKey.import_key(each["key"]), each["made_at"], each["retired_at"]) for each in given)
        signing = [each for each in keys if each.retired_at is None]
        if len(signing) != 1 or keys[-1] is not signing[0] or not all(each.key.is_private for each in keys):
            raise ValueError("there is not one key that signs")
        if not all(isinstance(each.retired_at, int | None) for each in keys):
            raise TypeError("retired_at is no time")
    except (ValueError, TypeError, KeyError, IndexError, JoseError):
        raise KeysDamaged(f"{path} is no file of keys: put it back, or take it out to have new ones made.") from None
    return keys
