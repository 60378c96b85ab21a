"""Settings from the environment and `.env`, and one sentence for each wrong value."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr

from retrieval.errors import SettingsError
from retrieval.settings import Settings, load_settings
from tests.conftest import ROOT

SECRET = "123456789:AAE-secret_secret"


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.data_dir == tmp_path / "data"
    assert settings.telegram_token is None
    assert settings.telegram_api_url is None
    assert settings.chroma_url is None
    assert settings.allowed_users == frozenset()
    assert settings.admins == frozenset()
    assert (settings.questions_per_minute, settings.keep_days) == (20, 365)
    assert settings.webhook_url is None
    assert settings.webhook_listen == ("127.0.0.1", 8080)
    assert settings.embedding_model == "all-MiniLM-L6-v2"
    assert settings.reranker_model is None
    assert (settings.chat_model, settings.chat_model_url, settings.chat_model_key) == (None, None, None)
    assert (settings.chat_model_seconds, settings.chat_model_context) == (60, 6000)
    assert (settings.tokens_a_day, settings.tokens_a_day_each) == (None, None)


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        pytest.param("CITEGRAM_ALLOWED_USERS", "*", "allowed_users", "*", id="everybody"),
        pytest.param("CITEGRAM_ALLOWED_USERS", " * ", "allowed_users", "*", id="everybody, with spaces"),
        pytest.param("CITEGRAM_ALLOWED_USERS", "1, 22,\n333", "allowed_users", {1, 22, 333}, id="users"),
        pytest.param("CITEGRAM_ALLOWED_USERS", "", "allowed_users", frozenset(), id="users left empty"),
        pytest.param("CITEGRAM_ADMINS", "5, 66", "admins", {5, 66}, id="admins"),
        pytest.param("CITEGRAM_ADMINS", "", "admins", frozenset(), id="admins left empty"),
        pytest.param("CITEGRAM_QUESTIONS_PER_MINUTE", " 3 ", "questions_per_minute", 3, id="questions a minute"),
        pytest.param("CITEGRAM_QUESTIONS_PER_MINUTE", "", "questions_per_minute", 20, id="questions left empty"),
        pytest.param("CITEGRAM_KEEP_DAYS", "1", "keep_days", 1, id="one day"),
        pytest.param("CITEGRAM_WEBHOOK_URL", "https://a.b/c/", "webhook_url", "https://a.b/c", id="webhook"),
        pytest.param("CITEGRAM_WEBHOOK_LISTEN", "0.0.0.0:80", "webhook_listen", ("0.0.0.0", 80), id="where to listen"),
        pytest.param("CITEGRAM_WEBHOOK_LISTEN", "[::1]:8080", "webhook_listen", ("::1", 8080), id="listen on IPv6"),
        pytest.param("CITEGRAM_WEBHOOK_LISTEN", "bot:65535", "webhook_listen", ("bot", 65535), id="highest port"),
        pytest.param("TELEGRAM_BOT_TOKEN", "", "telegram_token", None, id="token left empty"),
        pytest.param("CITEGRAM_CHROMA_URL", "http://a:80/", "chroma_url", "http://a:80", id="address ends in a slash"),
        pytest.param("CITEGRAM_CHROMA_URL", " http://a:80 ", "chroma_url", "http://a:80", id="spaces around address"),
        pytest.param("TELEGRAM_API_URL", "https://[::1]:8081", "telegram_api_url", "https://[::1]:8081", id="IPv6"),
        pytest.param("CITEGRAM_EMBEDDING_MODEL", " a/b ", "embedding_model", "a/b", id="spaces around the model"),
        pytest.param("CITEGRAM_RERANKER_MODEL", " a/b ", "reranker_model", "a/b", id="spaces around the reranker"),
        pytest.param("CITEGRAM_RERANKER_MODEL", "", "reranker_model", None, id="reranker left empty"),
        pytest.param("CITEGRAM_MODEL", " openai:gpt-4.1 ", "chat_model", "openai:gpt-4.1", id="chat model"),
        pytest.param("CITEGRAM_MODEL", "ollama:gemma3:270m", "chat_model", "ollama:gemma3:270m", id="two colons"),
        pytest.param("CITEGRAM_MODEL", "openai:a/b@c", "chat_model", "openai:a/b@c", id="model with a maker"),
        pytest.param("CITEGRAM_MODEL", "", "chat_model", None, id="chat model left empty"),
        pytest.param(
            "CITEGRAM_MODEL_URL", "http://a:1/v1/", "chat_model_url", "http://a:1/v1", id="chat model's server"
        ),
        pytest.param("CITEGRAM_MODEL_KEY", " k-1 ", "chat_model_key", SecretStr("k-1"), id="spaces around the key"),
        pytest.param("CITEGRAM_MODEL_KEY", "", "chat_model_key", None, id="key left empty"),
        pytest.param("CITEGRAM_MODEL_TIMEOUT", "2.5", "chat_model_seconds", 2.5, id="seconds"),
        pytest.param("CITEGRAM_MODEL_TIMEOUT", " 3600 ", "chat_model_seconds", 3600, id="an hour"),
        pytest.param("CITEGRAM_MODEL_CONTEXT", "1000", "chat_model_context", 1000, id="smallest context"),
        pytest.param("CITEGRAM_TOKENS_A_DAY", "999999999999", "tokens_a_day", 999_999_999_999, id="tokens a day"),
        pytest.param("CITEGRAM_TOKENS_A_DAY_EACH", "1", "tokens_a_day_each", 1, id="tokens for each person"),
        pytest.param("CITEGRAM_DATA_DIR", "/tmp/x/../y", "data_dir", Path("/tmp/x/../y"), id="absolute path"),
        pytest.param("CITEGRAM_DATA_DIR", "~/x", "data_dir", Path.home() / "x", id="home directory"),
    ],
)
def test_values(monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, expected: object) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(), field) == expected


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        pytest.param("TELEGRAM_BOT_TOKEN", "no token", "is not a bot token", id="token"),
        pytest.param("TELEGRAM_BOT_TOKEN", "123456789:", "is not a bot token", id="half a token"),
        pytest.param("TELEGRAM_API_URL", "127.0.0.1:8081", "is not an address", id="address without http"),
        pytest.param("TELEGRAM_API_URL", "ftp://x", "is not an address", id="ftp"),
        pytest.param("CITEGRAM_CHROMA_URL", "http://", "is not an address", id="no host"),
        pytest.param("CITEGRAM_CHROMA_URL", "http://exa mple", "is not an address", id="space in the host"),
        pytest.param("CITEGRAM_CHROMA_URL", "http://x:99999", "is not an address", id="port too high"),
        pytest.param("CITEGRAM_CHROMA_URL", "http://x:port", "is not an address", id="port is a word"),
        pytest.param("CITEGRAM_CHROMA_URL", "http://[::1", "is not an address", id="half an IPv6 address"),
        pytest.param("CITEGRAM_ALLOWED_USERS", "me", "is not a list of Telegram user ids", id="user name"),
        pytest.param("CITEGRAM_ALLOWED_USERS", "1,-2", "is not a list of Telegram user ids", id="group id"),
        pytest.param("CITEGRAM_ALLOWED_USERS", "1,*", "is not a list of Telegram user ids", id="id and everybody"),
        pytest.param("CITEGRAM_ALLOWED_USERS", ",", "is not a list of Telegram user ids", id="only a comma"),
        pytest.param("CITEGRAM_ALLOWED_USERS", "１２", "is not a list of Telegram user ids", id="other digits"),
        pytest.param("CITEGRAM_ADMINS", "*", "is not a list of Telegram user ids", id="everybody an admin"),
        pytest.param("CITEGRAM_ADMINS", "@ada", "is not a list of Telegram user ids", id="admin by name"),
        pytest.param("CITEGRAM_QUESTIONS_PER_MINUTE", "0", "is not a whole number from 1 on", id="no questions"),
        pytest.param("CITEGRAM_QUESTIONS_PER_MINUTE", "2.5", "is not a whole number from 1 on", id="half a question"),
        pytest.param("CITEGRAM_QUESTIONS_PER_MINUTE", "many", "is not a whole number from 1 on", id="word for number"),
        pytest.param("CITEGRAM_KEEP_DAYS", "-1", "is not a whole number from 1 on", id="days below none"),
        pytest.param("CITEGRAM_KEEP_DAYS", "1234567", "is not a whole number from 1 on", id="days beyond all time"),
        pytest.param("CITEGRAM_WEBHOOK_URL", "bot.example.org/x", "is not an address", id="webhook without http"),
        pytest.param("CITEGRAM_WEBHOOK_LISTEN", "8080", "is not an address and a port", id="port alone"),
        pytest.param("CITEGRAM_WEBHOOK_LISTEN", ":8080", "is not an address and a port", id="no host to listen at"),
        pytest.param("CITEGRAM_WEBHOOK_LISTEN", "http://a:80", "is not an address and a port", id="listen at an URL"),
        pytest.param("CITEGRAM_WEBHOOK_LISTEN", "a:65536", "has a port above 65535", id="listen at no port"),
        pytest.param("CITEGRAM_DATA_DIR", "/dev/null/x", "cannot be a directory", id="a file in the way"),
        pytest.param("CITEGRAM_DATA_DIR", "x" * 300, "cannot be used", id="name too long"),
        pytest.param("CITEGRAM_DATA_DIR", "~no-such-user/x", "cannot be used", id="home of nobody"),
        pytest.param("CITEGRAM_DATA_DIR", "  ", "is empty", id="directory of spaces"),
        pytest.param("CITEGRAM_EMBEDDING_MODEL", "  ", "is empty", id="model of spaces"),
        pytest.param("CITEGRAM_RERANKER_MODEL", "  ", "is empty", id="reranker of spaces"),
        pytest.param("CITEGRAM_MODEL", "gpt-4.1", "is not a provider and its model", id="no provider"),
        pytest.param("CITEGRAM_MODEL", "openai:", "is not a provider and its model", id="no model"),
        pytest.param("CITEGRAM_MODEL", ":gpt-4.1", "is not a provider and its model", id="model alone"),
        pytest.param("CITEGRAM_MODEL", "openai: gpt", "is not a provider and its model", id="space in the model"),
        pytest.param("CITEGRAM_MODEL", "OpenAI:gpt", "is not a provider and its model", id="provider in capitals"),
        pytest.param("CITEGRAM_MODEL_URL", "localhost:8080/v1", "is not an address", id="chat model without http"),
        pytest.param("CITEGRAM_MODEL_KEY", "one two", "is not a key", id="key of two words"),
        pytest.param("CITEGRAM_MODEL_KEY", "  ", "is not a key", id="key of spaces"),
        pytest.param("CITEGRAM_MODEL_KEY", "schlüssel", "is not a key", id="key that no header holds"),
        pytest.param("CITEGRAM_MODEL_TIMEOUT", "0.5", "is not a number of seconds from 1 to 3600", id="no time"),
        pytest.param("CITEGRAM_MODEL_TIMEOUT", "3601", "is not a number of seconds from 1 to 3600", id="too much time"),
        pytest.param("CITEGRAM_MODEL_TIMEOUT", "nan", "is not a number of seconds from 1 to 3600", id="no number"),
        pytest.param("CITEGRAM_MODEL_TIMEOUT", "60s", "is not a number of seconds from 1 to 3600", id="with a unit"),
        pytest.param(
            "CITEGRAM_MODEL_CONTEXT", "999", "is not a whole number of tokens from 1000 on", id="tiny context"
        ),
        pytest.param("CITEGRAM_MODEL_CONTEXT", "8k", "is not a whole number of tokens from 1000 on", id="8k"),
        pytest.param("CITEGRAM_TOKENS_A_DAY", "0", "is not a whole number of tokens from 1 on", id="no tokens"),
        pytest.param("CITEGRAM_TOKENS_A_DAY_EACH", "-5", "is not a whole number of tokens from 1 on", id="tokens back"),
    ],
)
def test_a_wrong_value_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(f"{name} {problem}")
    assert f"; a valid example: {name}=" in message
    assert "\n" not in message
    assert "pydantic" not in message
    assert caught.value.__cause__ is None


def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", f"{SECRET} and more")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "secret_secret" not in str(caught.value)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", SECRET)
    assert "secret_secret" not in repr(load_settings())


def test_a_key_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEGRAM_MODEL_KEY", "sk-secret and more")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("CITEGRAM_MODEL_KEY", "sk-secret")
    assert "secret" not in repr(load_settings())


def test_the_example_of_each_message_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL", "CITEGRAM_CHROMA_URL", "CITEGRAM_ALLOWED_USERS", "CITEGRAM_ADMINS",
        "CITEGRAM_QUESTIONS_PER_MINUTE", "CITEGRAM_KEEP_DAYS", "CITEGRAM_WEBHOOK_URL", "CITEGRAM_WEBHOOK_LISTEN",
        "CITEGRAM_MODEL", "CITEGRAM_MODEL_URL", "CITEGRAM_MODEL_TIMEOUT", "CITEGRAM_MODEL_CONTEXT",
        "CITEGRAM_TOKENS_A_DAY", "CITEGRAM_TOKENS_A_DAY_EACH",
    )  # fmt: skip
    for name in names:
        with monkeypatch.context() as patch:
            patch.setenv(name, "?")
            with pytest.raises(SettingsError) as caught:
                load_settings()
            patch.setenv(name, str(caught.value).rpartition(f"{name}=")[2])
            load_settings()


def test_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        f"\ufeff# comment\nCITEGRAM_ALLOWED_USERS=5 # me\nOTHER=1\nTELEGRAM_BOT_TOKEN='{SECRET}'\nCITEGRAM_DATA_DIR=d\n"
    )
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    settings = load_settings()
    assert settings.allowed_users == frozenset({5})
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == SECRET
    assert settings.data_dir == tmp_path / "d"


def test_the_environment_goes_before_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("CITEGRAM_EMBEDDING_MODEL=one", encoding="utf-8")
    monkeypatch.setenv("CITEGRAM_EMBEDDING_MODEL", "two")
    assert load_settings().embedding_model == "two"


def test_an_env_file_that_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("CITEGRAM_DATA_DIR=d".encode("utf-16"))
    with pytest.raises(SettingsError, match=r"is not UTF-8 text; save it as UTF-8 and try again\.$"):
        load_settings(tmp_path / ".env")


def test_the_example_file_documents_every_setting_with_a_valid_value(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    filled = tmp_path / ".env"
    filled.write_text(
        example.replace("\n#TELEGRAM", "\nTELEGRAM").replace("\n#CITEGRAM", "\nCITEGRAM"), encoding="utf-8"
    )
    variables = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert dotenv_values(filled).keys() == variables
    load_settings(filled)
    (tmp_path / "as-it-is").write_text(example, encoding="utf-8")
    assert load_settings(tmp_path / "as-it-is") == load_settings(None), "copied and not filled in it changes nothing"
