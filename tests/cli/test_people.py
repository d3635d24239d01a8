"""The subcommands about people: audit, identity, grant and revoke, run as an operator runs them."""

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.commands.identity_cli import identity_app
from gateway.host.city import open_city
from identity.people import seeded_people
from identity.sealing import new_key

CONFIG = """
[gateway]
database = "sqlite:///city.db"
data_folder = "."
[roles]
CITIZEN = []
[plugins.vneid]
"""
HEAD = re.compile(r"^(\d+) lines, all sound\. Note the head elsewhere: (\d+:[0-9a-f]{64})\n$")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A city of vneid alone, seeded."""
    (tmp_path / "plugins.toml").write_text(CONFIG, encoding="utf-8")
    seed(tmp_path)
    return tmp_path


def seed(folder: Path) -> None:
    open_city(folder / "plugins.toml", seed=True).close()


def run(folder: Path, *arguments: str, code: int = 0) -> str:
    """What it prints, the error line when its exit code is 2. In this process: it is run often."""
    done = CliRunner().invoke(identity_app, [*arguments, "--config", str(folder / "plugins.toml")])
    assert done.exit_code == code, done.output
    return done.stderr if code == 2 else done.stdout


def keys_in(folder: Path) -> list[str]:
    keys: list[str] = json.loads((folder / "secrets.json").read_bytes())["encryption_keys"]
    return keys


def sealed(folder: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(folder / "city.db") as connection:
        rows = connection.execute("SELECT name, birth FROM identity_link ORDER BY id").fetchall()
    connection.close()
    return rows


def test_the_command_has_them(folder: Path) -> None:
    command = [sys.executable, "-m", "gateway", "audit", "verify", "--config", str(folder / "plugins.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert HEAD.match(done.stdout)


def test_the_first_admin_is_made_on_the_console_and_the_log_says_so(folder: Path) -> None:
    told = run(folder, "grant", "person-lan", "OFFICER", "--agency", "SXD", "--ward", "26743", "--reason", "new post")
    match = re.fullmatch(r"grant (\d+): person-lan is OFFICER SXD 26743 until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", told)
    assert match is not None, told
    assert run(folder, "identity", "grants", "person-lan") == told
    revoked = run(folder, "revoke", match[1], "--reason", "left")
    assert revoked.startswith(f"grant {match[1]}: person-lan is OFFICER no more.")
    assert run(folder, "identity", "grants", "person-lan") == "no roles\n"
    newest, older = run(folder, "audit", "show", "--subject", "person-lan").splitlines()
    assert re.fullmatch(
        rf'\d+ \S+Z console ROLE_REVOKED of person-lan Grant:{match[1]} left {{"role":"OFFICER"}}', newest
    )
    assert " console ROLE_GRANTED of person-lan " in older
    assert '"role":"OFFICER"' in older
    # That somebody looked is a line itself.
    assert " console AUDIT_READ of person-lan " in run(folder, "audit", "show", "--actor", "console", "--first", "1")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["grant", "person-nobody", "EDITOR", "--reason", "x"], "PERSON_UNKNOWN: There is no such person."),
        (["grant", "person-lan", "CITIZEN", "--reason", "x"], "BAD_ROLE: A role that is granted is one of ADMIN,"),
        (["grant", "person-lan", "OFFICER", "--reason", "x"], "AGENCY_NEEDED: OFFICER acts for an agency"),
        (["grant", "person-lan", "EDITOR", "--reason", "0901234567"], "PERSONAL_DATA: The audit log holds no"),
        (["revoke", "999", "--reason", "x"], "GRANT_UNKNOWN: There is no such grant."),
        (["audit", "show"], "name one: --subject,"),
        (["audit", "show", "--subject", "a", "--actor", "b"], "name one: --subject,"),
        (["audit", "verify", "--noted", "5:abc"], "--noted is a head as this command prints it"),
    ],
)
def test_what_is_refused_is_told_in_a_line(folder: Path, arguments: list[str], told: str) -> None:
    before = run(folder, "audit", "verify")
    said = run(folder, *arguments, code=2)
    assert said.startswith(f"congdanso: {told}")
    assert "0901234567" not in said
    assert run(folder, "audit", "verify") == before


def test_a_sound_log_prints_its_head_and_a_broken_one_where(folder: Path) -> None:
    match = HEAD.match(run(folder, "audit", "verify"))
    assert match is not None
    run(folder, "grant", "person-lan", "EDITOR", "--reason", "new post")
    later = HEAD.match(run(folder, "audit", "verify", "--noted", match[2]))
    assert later is not None
    assert int(later[1]) == int(match[1]) + 1
    with sqlite3.connect(folder / "city.db") as connection:
        connection.execute("DROP TRIGGER identity_audit_is_not_cut")
        connection.execute(f"DELETE FROM identity_audit WHERE seq = {later[1]}")
    connection.close()
    assert HEAD.match(run(folder, "audit", "verify"))
    cut = run(folder, "audit", "verify", "--noted", later[2], code=1)
    assert cut == f"broken at line {later[1]}: lines are cut off: line {later[1]} was noted. Sound up to {match[2]}\n"
    with sqlite3.connect(folder / "city.db") as connection:
        connection.execute("DROP TRIGGER identity_audit_is_not_changed")
        connection.execute("UPDATE identity_audit SET actor = 'nobody' WHERE seq = 2")
    connection.close()
    assert run(folder, "audit", "verify", code=1).startswith("broken at line 2: it was changed. Sound up to 1:")


def test_the_encryption_key_is_rotated_in_developments_file(folder: Path) -> None:
    [old], before = keys_in(folder), sealed(folder)
    told = run(folder, "identity", "rotate-encryption", "--keep-old")
    people = len(seeded_people())
    tables = f"identity_link: {people} sealed anew\nidentity_login: 0 sealed anew\n"
    assert told == f"{tables}Start the gateway anew, if it runs, and run this again.\n"
    new, kept = keys_in(folder)
    assert kept == old
    told = run(folder, "identity", "rotate-encryption")
    assert told.endswith("Start the gateway anew, if it runs.\n")
    assert "identity_link: 0 sealed anew\n" in told
    assert keys_in(folder) == [new]
    after = sealed(folder)
    assert len(after) == people
    assert all(one[0] != other[0] and one[1] != other[1] for one, other in zip(before, after, strict=True))
    assert not {old, new} & set(told.split())
    seed(folder)


def test_where_the_settings_name_the_keys_the_operator_puts_the_new_one_first(folder: Path) -> None:
    [old] = keys_in(folder)
    new = new_key()

    def keys(*named: str) -> None:
        (folder / "plugins.toml").write_text(f"{CONFIG}[identity]\nencryption_keys = {json.dumps(named)}\n", "utf-8")

    keys(old)
    said = run(folder, "identity", "rotate-encryption", code=2)
    assert said.startswith("congdanso: [identity] encryption_keys names one key. Put a new one before it")
    assert old not in said
    keys(new, old)
    told = run(folder, "identity", "rotate-encryption")
    assert f"identity_link: {len(seeded_people())} sealed anew\n" in told
    assert told.endswith("Take all but the first key out of [identity] encryption_keys, and start the gateway anew.\n")
    # With a stranger's key beside it and without the old one, all is opened: nothing is sealed anew.
    keys(new, new_key())
    assert "identity_link: 0 sealed anew\n" in run(folder, "identity", "rotate-encryption")
    keys(new_key(), old)
    said = run(folder, "identity", "rotate-encryption", code=2)
    assert said == "congdanso: identity_link holds what none of the encryption keys opens.\n"


def test_nothing_is_rotated_while_a_column_holds_sealed_text_and_does_not_say_so(folder: Path) -> None:
    before, keys = sealed(folder), keys_in(folder)
    with sqlite3.connect(folder / "city.db") as connection:
        connection.execute("UPDATE identity_link SET acr = name WHERE person = 'person-lan'")
    connection.close()
    said = run(folder, "identity", "rotate-encryption", code=2)
    assert said.startswith("congdanso: identity_link.acr: sealed, and not marked SEALED where the table is defined")
    assert (sealed(folder), keys_in(folder)) == (before, keys)
