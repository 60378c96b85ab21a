"""Members: who is let in by which link, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from bot.stores.database import Database
from bot.stores.members import Members

LATER = 4_000_000_000.0
NOW = LATER - 1000
BOSS, ANNE, BEN = 1, 2, 3


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.in_directory(tmp_path)) as database:
        yield database


@pytest.fixture
def members(database: Database) -> Members:
    return Members(database)


def let_in(members: Members, user: int, role: Literal["admin", "reader"] = "reader", now: float = NOW) -> None:
    assert members.redeem(members.invite(role, None, LATER), user, now) == role


def test_nobody_is_let_in_at_first(members: Members) -> None:
    assert members.role(ANNE) is None
    assert members.admins() == ()
    assert members.everyone() == ()


@pytest.mark.parametrize("role", ["admin", "reader"])
def test_a_code_lets_one_person_in_once(members: Members, role: Literal["admin", "reader"]) -> None:
    code = members.invite(role, BOSS, LATER)
    assert members.redeem(code, ANNE, NOW) == role
    assert members.role(ANNE) == role
    assert members.redeem(code, BEN, NOW) is None
    assert members.role(BEN) is None


def test_a_code_fits_into_a_deep_link_and_no_two_are_alike(members: Members) -> None:
    codes = {members.invite("reader", BOSS, LATER) for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", code) for code in codes)


def test_a_code_is_kept_as_its_hash_only(members: Members, tmp_path: Path) -> None:
    code = members.invite("reader", BOSS, LATER)
    assert all(code.encode() not in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    "code", ["", "x" * 32, "ё" * 32, "\ud800", "a" * 10_000], ids=["empty", "unknown", "no ASCII", "surrogate", "long"]
)
def test_a_wrong_code_lets_nobody_in(members: Members, code: str) -> None:
    members.invite("reader", BOSS, LATER)
    assert members.redeem(code, ANNE, NOW) is None


def test_an_expired_code_lets_nobody_in(members: Members) -> None:
    code = members.invite("reader", BOSS, LATER)
    assert members.redeem(code, ANNE, LATER) is None
    assert members.redeem(code, ANNE, LATER - 1) == "reader"


def test_expired_codes_are_deleted_with_the_next_invitation(members: Members, database: Database) -> None:
    members.invite("reader", BOSS, 1000.0)
    members.invite("reader", BOSS, LATER)
    with database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM invitations").fetchone()[0] == 1


def test_an_admin_is_not_lowered_and_does_not_use_the_code_up(members: Members) -> None:
    let_in(members, BOSS, "admin")
    code = members.invite("reader", BOSS, LATER)
    assert members.redeem(code, BOSS, NOW) == "admin"
    assert members.role(BOSS) == "admin"
    assert members.redeem(code, ANNE, NOW) == "reader"


def test_a_reader_becomes_admin_by_a_claim(members: Members) -> None:
    let_in(members, ANNE)
    let_in(members, ANNE, "admin", NOW + 1)
    assert members.everyone() == ((ANNE, "admin", NOW),)


def test_a_new_start_withdraws_unused_claims_but_no_invitation(members: Members) -> None:
    claim, invitation = members.invite("admin", None, LATER), members.invite("reader", BOSS, LATER)
    members.withdraw_claims()
    assert members.redeem(claim, ANNE, NOW) is None
    assert members.redeem(invitation, BEN, NOW) == "reader"


def test_everyone_is_listed_by_the_length_of_service(members: Members) -> None:
    let_in(members, BEN, now=NOW + 2)
    let_in(members, ANNE, "admin", NOW + 1)
    let_in(members, BOSS, "admin", NOW)
    assert members.everyone() == ((BOSS, "admin", NOW), (ANNE, "admin", NOW + 1), (BEN, "reader", NOW + 2))
    assert members.admins() == (BOSS, ANNE)


def test_who_is_removed_is_not_let_in_nor_is_anybody_by_their_codes(members: Members) -> None:
    let_in(members, ANNE, "admin")
    code = members.invite("reader", ANNE, LATER)
    assert members.remove(ANNE)
    assert members.role(ANNE) is None
    assert members.redeem(code, BEN, NOW) is None
    assert not members.remove(ANNE)
