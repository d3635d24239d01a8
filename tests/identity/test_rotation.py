"""The rotation of the encryption key: what is sealed is readable before, meanwhile and after, killed or not."""

import json
import multiprocessing
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel, create_engine, select

from identity.links import Link, Told, link, show
from identity.resealing import SEALED, reseal_batch, sealed_tables
from identity.rotation import all_sealed, reseal_everything, rotate_file
from identity.sealing import KeyedHash, Sealer, Unsealable, new_key
from identity.secrets import FILE, Secrets, load_secrets
from identity.settings import IdentitySettings
from identity.tables import LinkRow, LoginRow, Table
from schema.tables import new_registry

NOW = 1_800_000_000_000_000
PEOPLE = 1203
TABLES = all_sealed([Table.metadata])


class OthersTable(SQLModel, registry=new_registry()):
    """Of a plugin."""


class ContactRow(OthersTable, table=True):
    __tablename__ = "accounts_contact"

    id: str = Field(primary_key=True)
    phone: str | None = Field(default=None, sa_column_kwargs=SEALED)


class Changing:
    """Transactions; after ``killed_after`` of them the process is gone."""

    def __init__(self, engine: Engine, killed_after: int | None = None) -> None:
        self.engine, self.left, self.begun = engine, killed_after, 0

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        if self.left is not None and self.begun >= self.left:
            os._exit(9)
        self.begun += 1
        with Session(self.engine) as session:
            session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session
            session.commit()


def secrets_in(folder: Path) -> Secrets:
    return load_secrets(folder, IdentitySettings(), development=True)


def keys_in(folder: Path) -> list[str]:
    keys: list[str] = json.loads((folder / FILE).read_bytes())["encryption_keys"]
    return keys


@pytest.fixture
def people(tmp_path: Path, engine: Engine) -> list[str]:
    """Their names, in order, and a sign-in under way; all sealed with the one key of tmp_path/secrets.json."""
    secrets = secrets_in(tmp_path)
    names = [f"Người {number}" for number in range(PEOPLE)]
    with Session(engine) as session:
        for number, name in enumerate(names):
            link(session, secrets, "vneid", Told(f"sub-{number}", "", name, "1990-01-02"), NOW)
        session.add(
            LoginRow(
                state_hash="h1",
                provider="vneid",
                nonce=secrets.sealer.seal("n"),
                verifier=secrets.sealer.seal("v"),
                channel="WEB",
                target="/",
                level=1,
                begun_at=NOW,
                expires_at=NOW,
            )
        )
        session.commit()
    return names


def names_read(engine: Engine, secrets: Secrets) -> list[str]:
    with Session(engine) as session:
        rows = session.exec(select(LinkRow).order_by(LinkRow.id))  # type: ignore[arg-type]
        return [show(secrets, Link.of(row)).name for row in rows]


def under(engine: Engine, key: str) -> int:
    """How many links are sealed with this key."""
    sealer, count = Sealer([key]), 0
    with Session(engine) as session:
        for row in session.exec(select(LinkRow)):
            try:
                sealer.open(row.name)
                sealer.open(row.birth)
            except Unsealable:
                continue
            count += 1
    return count


def test_what_is_sealed_says_so_itself() -> None:
    assert {each.name: [column.name for column in each.columns] for each in TABLES} == {
        "identity_link": ["name", "birth"],
        "identity_login": ["nonce", "verifier"],
    }
    assert [each.name for each in all_sealed([OthersTable.metadata])] == ["accounts_contact"]


def test_the_key_is_rotated_all_is_readable_by_the_new_one_and_the_old_one_is_gone(
    tmp_path: Path, engine: Engine, people: list[str]
) -> None:
    [old] = keys_in(tmp_path)
    secret = json.loads((tmp_path / FILE).read_bytes())["secret"]
    done = rotate_file(tmp_path / FILE, Changing(engine), TABLES)
    assert done.changed == {"identity_link": PEOPLE, "identity_login": 1}
    [new] = keys_in(tmp_path)
    assert new != old
    assert json.loads((tmp_path / FILE).read_bytes())["secret"] == secret
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert names_read(engine, secrets_in(tmp_path)) == people
    assert (under(engine, new), under(engine, old)) == (PEOPLE, 0)
    with Session(engine) as session:
        opened = Sealer([new])
        login = session.get_one(LoginRow, "h1")
        assert (opened.open(login.nonce), opened.open(login.verifier)) == ("n", "v")


def rotate_and_die(database: str, folder: str, transactions: int) -> None:
    rotate_file(Path(folder) / FILE, Changing(create_engine(database), transactions), TABLES)


@pytest.mark.parametrize("transactions", [0, 1, 2, 3, 4])
def test_killed_half_way_all_is_readable_and_running_it_again_goes_on(
    tmp_path: Path, engine: Engine, people: list[str], transactions: int
) -> None:
    [old] = keys_in(tmp_path)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=rotate_and_die, args=(str(engine.url), str(tmp_path), transactions))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    new, kept = keys_in(tmp_path)
    assert kept == old
    done = min(500 * transactions, PEOPLE)
    assert (under(engine, new), under(engine, old)) == (done, PEOPLE - done)
    assert names_read(engine, secrets_in(tmp_path)) == people
    again = rotate_file(tmp_path / FILE, Changing(engine), TABLES)
    assert again.changed["identity_link"] == PEOPLE - done
    assert keys_in(tmp_path) == [new]
    assert names_read(engine, secrets_in(tmp_path)) == people


def test_people_sign_in_and_are_read_while_it_goes_on(tmp_path: Path, engine: Engine, people: list[str]) -> None:
    seen: list[int] = []

    class Beside(Changing):
        @contextmanager
        def __call__(self) -> Iterator[Session]:
            # Between two batches a gateway that was started with both keys reads, and seals.
            secrets = secrets_in(tmp_path)
            assert names_read(engine, secrets)[:PEOPLE] == people
            with Session(engine) as session:
                told = Told(f"late-{len(seen)}", "", "Đến sau")
                seen.append(link(session, secrets, "vneid", told, NOW).id)
                session.commit()
            with super().__call__() as session:
                yield session

    rotate_file(tmp_path / FILE, Beside(engine), TABLES)
    assert len(seen) >= 5
    assert names_read(engine, secrets_in(tmp_path)) == [*people, *["Đến sau"] * len(seen)]


def test_the_old_key_stays_for_a_gateway_that_still_seals_with_it(
    tmp_path: Path, engine: Engine, people: list[str]
) -> None:
    running = secrets_in(tmp_path)
    [old] = keys_in(tmp_path)
    rotate_file(tmp_path / FILE, Changing(engine), TABLES, keep_old=True)
    new, kept = keys_in(tmp_path)
    assert kept == old
    with Session(engine) as session:
        link(session, running, "vneid", Told("late", "", "Đến sau"), NOW)
        session.commit()
    done = rotate_file(tmp_path / FILE, Changing(engine), TABLES)
    assert done.changed == {"identity_link": 1, "identity_login": 0}
    assert keys_in(tmp_path) == [new]
    assert names_read(engine, secrets_in(tmp_path)) == [*people, "Đến sau"]


def test_what_no_key_opens_stops_it_and_no_key_goes(tmp_path: Path, engine: Engine, people: list[str]) -> None:
    stranger = Secrets(KeyedHash("a secret of the tests: 8f1c0b7e2d"), Sealer([new_key()]))
    with Session(engine) as session:
        link(session, stranger, "vneid", Told("strange", "", "Lạ"), NOW)
        session.commit()
    [old] = keys_in(tmp_path)
    with pytest.raises(Unsealable, match=r"^identity_link holds what none of the encryption keys opens\.$"):
        rotate_file(tmp_path / FILE, Changing(engine), TABLES)
    assert keys_in(tmp_path)[1:] == [old]


def test_a_plugins_sealed_columns_are_sealed_anew_too(engine: Engine) -> None:
    old, new = new_key(), new_key()
    OthersTable.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(ContactRow(id="a", phone=Sealer([old]).seal("0901")))
        session.add(ContactRow(id="b", phone=""))
        session.add(ContactRow(id="c"))
        session.commit()
    done = reseal_everything(Changing(engine), all_sealed([Table.metadata, OthersTable.metadata]), [new, old])
    assert (done.rows, done.changed["accounts_contact"]) == (1, 1)
    with Session(engine) as session:
        rows: dict[str, Any] = {row.id: row.phone for row in session.exec(select(ContactRow))}
    assert (Sealer([new]).open(rows["a"]), rows["b"], rows["c"]) == ("0901", "", None)


def test_a_batch_ends_where_it_was_told_to(engine: Engine, people: list[str], tmp_path: Path) -> None:
    [where] = [each for each in TABLES if each.name == "identity_link"]
    with Session(engine) as session:
        batch = reseal_batch(session, where, secrets_in(tmp_path).sealer.reseal, after=3, most=5)
        assert (batch.last, batch.changed) == (8, 5)
        batch = reseal_batch(session, where, secrets_in(tmp_path).sealer.reseal, after=PEOPLE - 2, most=5)
        assert (batch.last, batch.changed) == (None, 2)


def test_a_table_that_cannot_be_gone_through_in_batches_is_named() -> None:
    class Pairs(SQLModel, registry=new_registry()):
        pass

    class PairRow(Pairs, table=True):
        __tablename__ = "accounts_pair"

        a: str = Field(primary_key=True)
        b: str = Field(primary_key=True)
        text: str = Field(sa_column_kwargs=SEALED)

    with pytest.raises(ValueError, match=r"^accounts_pair has sealed columns and a primary key of 2 columns"):
        sealed_tables(PairRow.metadata)
