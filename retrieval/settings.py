"""Settings from the environment and `.env`: read by the entry points only and passed on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from retrieval.errors import SettingsError

DEFAULT_MODEL = "all-MiniLM-L6-v2"

_EXAMPLES = {
    "TELEGRAM_BOT_TOKEN": "123456789:AAE-abcdefghijklmnopqrstuvwxyz12345",
    "TELEGRAM_API_URL": "http://127.0.0.1:8081",
    "CITEGRAM_ALLOWED_USERS": "12345678,87654321",
    "CITEGRAM_ADMINS": "12345678",
    "CITEGRAM_QUESTIONS_PER_MINUTE": "20",
    "CITEGRAM_KEEP_DAYS": "365",
    "CITEGRAM_WEBHOOK_URL": "https://bot.example.org/citegram",
    "CITEGRAM_WEBHOOK_LISTEN": "127.0.0.1:8080",
    "CITEGRAM_DATA_DIR": "./data",
    "CITEGRAM_CHROMA_URL": "http://127.0.0.1:8000",
    "CITEGRAM_EMBEDDING_MODEL": DEFAULT_MODEL,
    "CITEGRAM_RERANKER_MODEL": "cross-encoder/ms-marco-MiniLM-L6-v2",
    "CITEGRAM_MODEL": "openai:gpt-4.1-mini",
    "CITEGRAM_MODEL_URL": "http://127.0.0.1:8080/v1",
    "CITEGRAM_MODEL_KEY": "sk-0123456789abcdef",
    "CITEGRAM_MODEL_TIMEOUT": "60",
    "CITEGRAM_MODEL_CONTEXT": "6000",
    "CITEGRAM_TOKENS_A_DAY": "2000000",
    "CITEGRAM_TOKENS_A_DAY_EACH": "100000",
}
_SMALLEST_CONTEXT = 1000
"""Tokens; the instructions and one passage need some 800."""
_LONGEST_ANSWER = 3600
"""Seconds."""


class Settings(BaseSettings):
    """Everything an operator can set; `.env.example` documents each variable."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
        str_strip_whitespace=True,
        frozen=True,
    )

    telegram_token: SecretStr | None = Field(None, validation_alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: str | None = Field(None, validation_alias="TELEGRAM_API_URL")
    allowed_users: Annotated[frozenset[int] | Literal["*"], NoDecode] = Field(
        frozenset(), validation_alias="CITEGRAM_ALLOWED_USERS"
    )
    admins: Annotated[frozenset[int], NoDecode] = Field(frozenset(), validation_alias="CITEGRAM_ADMINS")
    questions_per_minute: int = Field(20, validation_alias="CITEGRAM_QUESTIONS_PER_MINUTE")
    keep_days: int = Field(365, validation_alias="CITEGRAM_KEEP_DAYS")
    webhook_url: str | None = Field(None, validation_alias="CITEGRAM_WEBHOOK_URL")
    webhook_listen: Annotated[tuple[str, int], NoDecode] = Field(
        ("127.0.0.1", 8080), validation_alias="CITEGRAM_WEBHOOK_LISTEN"
    )
    data_dir: Path = Field(Path("data"), validation_alias="CITEGRAM_DATA_DIR", validate_default=True)
    chroma_url: str | None = Field(None, validation_alias="CITEGRAM_CHROMA_URL")
    embedding_model: str = Field(DEFAULT_MODEL, validation_alias="CITEGRAM_EMBEDDING_MODEL")
    reranker_model: str | None = Field(None, validation_alias="CITEGRAM_RERANKER_MODEL")
    chat_model: str | None = Field(None, validation_alias="CITEGRAM_MODEL")
    chat_model_url: str | None = Field(None, validation_alias="CITEGRAM_MODEL_URL")
    chat_model_key: SecretStr | None = Field(None, validation_alias="CITEGRAM_MODEL_KEY")
    chat_model_seconds: float = Field(60.0, validation_alias="CITEGRAM_MODEL_TIMEOUT")
    chat_model_context: int = Field(6000, validation_alias="CITEGRAM_MODEL_CONTEXT")
    tokens_a_day: int | None = Field(None, validation_alias="CITEGRAM_TOKENS_A_DAY")
    tokens_a_day_each: int | None = Field(None, validation_alias="CITEGRAM_TOKENS_A_DAY_EACH")

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
            raise ValueError("is not a bot token as @BotFather gives it (digits, a colon, letters)")
        return value

    @field_validator("telegram_api_url", "chroma_url", "webhook_url", "chat_model_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            named = bool(parts.hostname) and not re.search(r"\s", value)
            usable = parts.scheme in ("http", "https") and named and (parts.port is None or parts.port > 0)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("is not an address that starts with http:// or https://")
        return value.rstrip("/")

    @field_validator("allowed_users", mode="before")
    @classmethod
    def _users(cls, value: object) -> object:
        if not isinstance(value, str) or value.strip() == "*":
            return value.strip() if isinstance(value, str) else value
        ids = _user_ids(value)
        if not ids:
            raise ValueError("is not a list of Telegram user ids separated by commas, nor * for everybody")
        return ids

    @field_validator("admins", mode="before")
    @classmethod
    def _admins(cls, value: object) -> object:
        ids = _user_ids(value) if isinstance(value, str) else value
        if not ids and isinstance(value, str):
            raise ValueError("is not a list of Telegram user ids separated by commas")
        return ids

    @field_validator("questions_per_minute", "keep_days", mode="before")
    @classmethod
    def _count(cls, value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(r"[1-9]\d{0,5}", value.strip(), re.ASCII):
            raise ValueError("is not a whole number from 1 on")
        return value

    @field_validator("tokens_a_day", "tokens_a_day_each", mode="before")
    @classmethod
    def _tokens(cls, value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(r"[1-9]\d{0,11}", value.strip(), re.ASCII):
            raise ValueError("is not a whole number of tokens from 1 on")
        return value

    @field_validator("chat_model_context", mode="before")
    @classmethod
    def _context(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not re.fullmatch(r"[1-9]\d{0,6}", value.strip(), re.ASCII) or int(value) < _SMALLEST_CONTEXT:
            raise ValueError(f"is not a whole number of tokens from {_SMALLEST_CONTEXT} on")
        return value

    @field_validator("chat_model_seconds", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not re.fullmatch(r"\d{1,4}(\.\d+)?", value.strip(), re.ASCII) or not 1 <= float(value) <= _LONGEST_ANSWER:
            raise ValueError(f"is not a number of seconds from 1 to {_LONGEST_ANSWER}")
        return value

    @field_validator("chat_model")
    @classmethod
    def _provider_and_model(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[a-z][a-z0-9_]*:[!-~]+", value):
            raise ValueError("is not a provider and its model with a colon between them")
        return value

    @field_validator("chat_model_key")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[!-~]+", value.get_secret_value()):
            raise ValueError("is not a key: it is empty or has spaces or other characters that no key has")
        return value

    @field_validator("webhook_listen", mode="before")
    @classmethod
    def _listen(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        host, _, port = value.strip().rpartition(":")
        if not host or re.search(r"[\s/]", host) or not re.fullmatch(r"[1-9]\d{0,4}", port, re.ASCII):
            raise ValueError("is not an address and a port, with a colon between them")
        if int(port) > 65535:
            raise ValueError("has a port above 65535")
        return host.strip("[]"), int(port)

    @field_validator("data_dir", "embedding_model", "reranker_model", mode="before")
    @classmethod
    def _filled(cls, value: object) -> object:
        if isinstance(value, str) and not value.strip():
            raise ValueError("is empty")
        return value

    @field_validator("data_dir")
    @classmethod
    def _directory(cls, value: Path) -> Path:
        try:
            path = value.expanduser().absolute()
            found = next(place for place in (path, *path.parents) if place.exists())
        except (OSError, RuntimeError) as error:  # a name that is too long, the home directory of nobody
            raise ValueError(f"cannot be used ({getattr(error, 'strerror', None) or error})") from error
        if not found.is_dir():
            raise ValueError(f"cannot be a directory, since {found} is a file")
        return path


def _user_ids(value: str) -> frozenset[int]:
    """Return the ids in a list, none when anything in it is no id."""
    ids = [part for part in re.split(r"[,\s]+", value) if part]
    return (
        frozenset(map(int, ids)) if all(re.fullmatch(r"[1-9]\d{0,18}", part, re.ASCII) for part in ids) else frozenset()
    )


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings from the environment and `env_file`.

    Raises:
        SettingsError: a variable has a wrong value; the value itself is never repeated, as it may be a secret.
    """
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings' own keyword
    except UnicodeDecodeError as error:
        raise SettingsError(f"{env_file} is not UTF-8 text; save it as UTF-8 and try again.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "A setting"
        problem = str(first.get("ctx", {}).get("error", "has a value of the wrong kind"))
        raise SettingsError(f"{name} {problem}; a valid example: {name}={_EXAMPLES.get(name, '...')}") from None
