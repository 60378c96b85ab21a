"""How the settings of the chat model become one of LangChain's, or one sentence on what is wrong with them."""

from __future__ import annotations

import importlib.util

import pytest
from pydantic import SecretStr

from retrieval.errors import SettingsError, WriterUnavailable
from retrieval.stopping import Stop
from retrieval.writing.chat_model import ChatModel, Usage
from tests.openai_server import OpenAiServer, says


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the keys and addresses of the machine away."""
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_API_BASE", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def missing(package: str) -> pytest.MarkDecorator:
    """Leave a test out where a provider's package is installed after all."""
    return pytest.mark.skipif(importlib.util.find_spec(package) is not None, reason=f"{package} is installed")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "gronk:x",
            "CITEGRAM_MODEL=gronk:x names no provider that LangChain knows; a valid example: "
            "CITEGRAM_MODEL=openai:gpt-4.1-mini",
            id="no such provider",
        ),
        pytest.param(
            "openai:x", "CITEGRAM_MODEL=openai:x needs the provider's key: set CITEGRAM_MODEL_KEY.", id="no key"
        ),
        pytest.param(
            "anthropic:x",
            "CITEGRAM_MODEL=anthropic:x needs a package: pip install -e '.[anthropic]'",
            marks=missing("langchain_anthropic"),
            id="no package of Anthropic's",
        ),
        pytest.param(
            "google:x",
            "CITEGRAM_MODEL=google:x needs a package: pip install -e '.[google]'",
            marks=missing("langchain_google_genai"),
            id="no package of Google's",
        ),
        pytest.param(
            "ollama:x:1b",
            "CITEGRAM_MODEL=ollama:x:1b needs a package: pip install -e '.[ollama]'",
            marks=missing("langchain_ollama"),
            id="no package of Ollama's",
        ),
        pytest.param(
            "mistralai:x",
            "CITEGRAM_MODEL=mistralai:x needs a package: pip install langchain-mistralai",
            marks=missing("langchain_mistralai"),
            id="no package of another provider's",
        ),
    ],
)
def test_what_is_wrong_with_the_settings(name: str, message: str) -> None:
    model = ChatModel(name)
    with pytest.raises(SettingsError) as caught:
        model.load()
    assert str(caught.value) == message
    usage: list[Usage] = []
    with pytest.raises(WriterUnavailable, match="CITEGRAM_MODEL="):
        next(model.stream("s", "u", stop=Stop(), most_tokens=5, on_usage=usage.append))
    assert usage == []
    model.close()


def test_loading_asks_nothing() -> None:
    with OpenAiServer(says("x")) as server:
        model = ChatModel("openai:any", url=server.url, key=SecretStr("k"))
        model.load()
        assert server.asked == []
        model.close()


@pytest.mark.parametrize(
    ("key", "of_the_provider", "sent"),
    [
        pytest.param(SecretStr("ours"), "theirs", "ours", id="of Citegram's setting"),
        pytest.param(None, "theirs", "theirs", id="of the provider's variable"),
        pytest.param(None, None, "none", id="of a server that needs none"),
    ],
)
def test_the_key(
    monkeypatch: pytest.MonkeyPatch, key: SecretStr | None, of_the_provider: str | None, sent: str
) -> None:
    if of_the_provider is not None:
        monkeypatch.setenv("OPENAI_API_KEY", of_the_provider)
    with OpenAiServer(says("Answer.")) as server:
        model = ChatModel("openai:any", url=server.url, key=key)
        pieces = list(model.stream("s", "u", stop=Stop(), most_tokens=5, on_usage=lambda _: None))
        model.close()
    assert [piece.text for piece in pieces] == ["Answer."]
    assert server.asked[0].headers["authorization"] == f"Bearer {sent}"
