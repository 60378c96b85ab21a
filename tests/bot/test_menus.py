"""The menus of commands are offered, and trouble with that is a line in the log."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import build
from bot.menus import offer_commands
from bot.stores.database import Database
from tests.bot.running import settings_for
from tests.fakes import FakeCitegram
from tests.telegram.double import TelegramDouble

ADMIN = 4001


def test_a_database_in_trouble_costs_the_admins_by_link_their_menu_and_nothing_else(
    double: TelegramDouble, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    double.send_text(ADMIN, "/start")

    async def offer(database: Database) -> None:
        front = build(settings_for(double, data_dir=tmp_path), FakeCitegram(), database)
        async with front.application.bot as api:
            await offer_commands(api, front.desk, [ADMIN])

    with closing(Database.in_directory(tmp_path)) as database:
        with database.transaction() as connection:
            connection.execute("ALTER TABLE members RENAME TO away")
        asyncio.run(offer(database))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    scopes = [call.fields["scope"] for call in double.calls("setMyCommands") if "scope" in call.fields]
    assert {"type": "chat", "chat_id": ADMIN} in scopes
