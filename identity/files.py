"""Files that hold secrets: readable by their owner alone, replaced whole, changed by one process at a time."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def make_once(path: Path, content: Callable[[], bytes]) -> bytes:
    """What stands at ``path``; written there first (mode 0600) when nothing does.

    Whoever reads at the same time finds nothing or all of it, and of two who write at once both go on with the first's.
    """
    if not path.exists():
        with _written_beside(path, content()) as ready:
            try:
                os.link(ready, path)
            except FileExistsError:
                pass
            except OSError:
                # A file system without hard links: the one that is last stands.
                if not path.exists():
                    ready.replace(path)
    return path.read_bytes()


def replace(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` (mode 0600) so that who reads finds the whole of the old or of the new."""
    with _written_beside(path, content) as ready:
        ready.replace(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among the processes and threads that lock the same path.

    The lock's file stays: taking it out would let two in.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # Closing the handle unlocks, also when the process is killed.
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[Path]:
    """A file in the same folder that holds ``content`` and is on the disk; what is left of it goes in the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes it with mode 0600.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    ready = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield ready
    finally:
        ready.unlink(missing_ok=True)
