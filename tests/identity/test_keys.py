"""The key ring: rotated in one process, seen in all, and no token that was good is refused for it."""

import json
import multiprocessing
import stat
import threading
from pathlib import Path

import pytest

from identity.actor import Actor
from identity.keys import FILE, LOOK_EVERY_S, RETIRED_FOR_S, KeyRing, KeysDamaged
from identity.tokens import InvalidToken, Tokens

LAN = Actor(id="person-lan", level=2)


class Clock:
    def __init__(self, now: float = 1_800_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def kids(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in ring.jwks()["keys"]]


def in_file(folder: Path) -> list[str]:
    return [each["key"]["kid"] for each in json.loads((folder / FILE).read_bytes())["keys"]]


def test_the_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = KeyRing(tmp_path / "var"), KeyRing(tmp_path / "var")
    assert first.current().kid == second.current().kid
    assert stat.S_IMODE((tmp_path / "var" / FILE).stat().st_mode) == 0o600
    first.rotate()
    assert stat.S_IMODE((tmp_path / "var" / FILE).stat().st_mode) == 0o600
    assert sorted(each.name for each in (tmp_path / "var").iterdir()) == [FILE, "token-keys.lock"]


def test_a_key_is_called_by_its_thumbprint(tmp_path: Path) -> None:
    key = KeyRing(tmp_path).current()
    assert key.kid == key.thumbprint()


def test_the_key_set_tells_public_halves_only(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    old, new = ring.current().kid, ring.rotate().kid
    told = ring.jwks()["keys"]
    assert [(key["kid"], key["kty"], key["crv"], key["use"], key["alg"]) for key in told] == [
        (new, "EC", "P-256", "sig", "ES256"),
        (old, "EC", "P-256", "sig", "ES256"),
    ]
    assert ["d" in key for key in told] == [False, False]


def test_a_retired_key_verifies_for_a_day_and_signs_no_more(tmp_path: Path) -> None:
    clock = Clock()
    ring = KeyRing(tmp_path, clock=clock)
    tokens = Tokens(ring, clock=clock)
    old = ring.current().kid
    token = tokens.sign(LAN, 2 * RETIRED_FOR_S)
    new = ring.rotate().kid
    assert (ring.current().kid, kids(ring)) == (new, [new, old])
    clock.now += RETIRED_FOR_S - 1
    assert tokens.verify(token).id == LAN.id
    clock.now += 2
    with pytest.raises(InvalidToken) as refused:
        tokens.verify(token)
    assert refused.value.code == "INVALID_TOKEN"
    assert kids(ring) == [new]
    assert tokens.verify(tokens.sign(LAN)).id == LAN.id


def test_a_token_of_a_retired_key_ends_when_it_ends(tmp_path: Path) -> None:
    clock = Clock()
    ring = KeyRing(tmp_path, clock=clock)
    tokens = Tokens(ring, clock=clock)
    token = tokens.sign(LAN, 300)
    ring.rotate()
    clock.now += 299
    assert tokens.verify(token).id == LAN.id
    clock.now += 62
    with pytest.raises(InvalidToken) as refused:
        tokens.verify(token)
    assert refused.value.code == "TOKEN_EXPIRED"


def test_what_was_retired_for_a_day_leaves_the_file_at_the_next_rotation(tmp_path: Path) -> None:
    clock = Clock()
    ring = KeyRing(tmp_path, clock=clock)
    first, second = ring.current().kid, ring.rotate().kid
    clock.now += RETIRED_FOR_S
    assert in_file(tmp_path) == [first, second]
    third = ring.rotate().kid
    assert in_file(tmp_path) == [second, third]


def test_another_process_rotation_is_seen_at_once_by_an_unknown_key(tmp_path: Path) -> None:
    here, there = KeyRing(tmp_path), KeyRing(tmp_path)
    old = here.current().kid
    for rotating, seeing in ((here, there), (there, here)):
        new = rotating.rotate().kid
        assert Tokens(seeing).verify(Tokens(rotating).sign(LAN)).id == LAN.id
        assert seeing.current().kid == new
    assert old in kids(here)
    assert kids(here) == kids(there)


def test_another_process_rotation_is_seen_within_seconds_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = 0.0
    monkeypatch.setattr("identity.keys.time.monotonic", lambda: at)
    here, there = KeyRing(tmp_path), KeyRing(tmp_path)
    old, new = there.current().kid, here.rotate().kid
    at = LOOK_EVERY_S - 0.1
    assert there.current().kid == old
    at = LOOK_EVERY_S
    assert (there.current().kid, there.jwks()) == (new, here.jwks())


def test_two_rotators_lose_no_key(tmp_path: Path) -> None:
    rings = [KeyRing(tmp_path) for _ in range(4)]
    made = [rings[0].current().kid]
    start = threading.Barrier(4)

    def rotate(ring: KeyRing) -> None:
        start.wait()
        for _ in range(5):
            made.append(ring.rotate().kid)

    threads = [threading.Thread(target=rotate, args=(ring,)) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 21
    assert sorted(in_file(tmp_path)) == sorted(made)
    assert [ring.find(kid) is not None for ring in rings for kid in made] == [True] * 84
    assert {ring.current().kid for ring in rings} == {in_file(tmp_path)[-1]}


def _rotate(folder: Path, times: int) -> None:
    ring = KeyRing(folder)
    for _ in range(times):
        ring.rotate()


def test_rotators_in_processes_lose_no_key(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=_rotate, args=(tmp_path, 10)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    # The first, made once by whoever came first, and ten of each.
    assert len(set(in_file(tmp_path))) == 21


def test_rotation_while_others_sign_and_verify_refuses_nothing(tmp_path: Path) -> None:
    rings = [KeyRing(tmp_path) for _ in range(2)]
    stop = threading.Event()
    went_wrong: list[str] = []
    verified = [0, 0, 0, 0]

    def work(number: int) -> None:
        signer, verifier = Tokens(rings[number % 2]), Tokens(rings[number // 2])
        last = signer.sign(LAN)
        while not stop.is_set():
            token = signer.sign(LAN)
            for each in (token, last):
                try:
                    verifier.verify(each)
                except Exception as error:
                    went_wrong.append(repr(error))
            verified[number] += 1
            last = token

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(40):
        rings[turn % 2].rotate()
        stop.wait(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    assert went_wrong == []
    assert min(verified) > 20


def test_a_lost_file_stops_nobody_and_is_there_again_after_a_rotation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("identity.keys.LOOK_EVERY_S", 0.0)
    ring = KeyRing(tmp_path)
    token = Tokens(ring).sign(LAN)
    (tmp_path / FILE).unlink()
    assert Tokens(ring).verify(token).id == LAN.id
    ring.rotate()
    assert Tokens(KeyRing(tmp_path)).verify(token).id == LAN.id


DAMAGES = ["", "{", "[]", '{"keys": []}', '{"keys": [{"key": {}}]}', '{"keys": 7}']


@pytest.mark.parametrize("content", DAMAGES)
def test_a_damaged_file_is_told_at_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(KeysDamaged, match=FILE):
        KeyRing(tmp_path)


@pytest.mark.parametrize("content", DAMAGES)
def test_a_file_damaged_later_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setattr("identity.keys.LOOK_EVERY_S", 0.0)
    ring = KeyRing(tmp_path)
    token = Tokens(ring).sign(LAN)
    (tmp_path / FILE).write_text(content)
    assert Tokens(ring).verify(token).id == LAN.id
    with pytest.raises(KeysDamaged):
        ring.rotate()
    assert (tmp_path / FILE).read_text() == content


def test_a_file_of_public_halves_or_of_times_that_are_none_is_damaged(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.rotate()
    good = json.loads((tmp_path / FILE).read_text())
    old, new = good["keys"]
    public = {name: value for name, value in new["key"].items() if name != "d"}
    for keys in ([old, {**new, "key": public}], [{**old, "retired_at": "now"}, new], [new, old], [old], [new, new]):
        (tmp_path / FILE).write_text(json.dumps({"keys": keys}))
        with pytest.raises(KeysDamaged):
            KeyRing(tmp_path)


def test_a_ring_shows_no_key(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    private = ring.current().as_dict(private=True)["d"]
    assert str(private) not in repr(ring)
    assert str(private) not in repr(vars(ring))
