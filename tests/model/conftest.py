"""A real chat model behind a real server, for the tests that `make test-model` runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.settings import Settings, load_settings
from tests.model_server import model_server


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """Where the model is served, as CITEGRAM_MODEL_URL has it."""
    with model_server() as url:
        yield url


@pytest.fixture
def model_settings(model_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings by which the chat model is this one, as an operator would write them."""
    monkeypatch.setenv("CITEGRAM_MODEL", "openai:gemma")
    monkeypatch.setenv("CITEGRAM_MODEL_URL", model_url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return load_settings(None)
