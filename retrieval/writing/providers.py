"""LangChain's chat models, made as the settings name them, with the time limits that LangChain leaves out."""

from __future__ import annotations

import ssl
import threading
import warnings
from typing import TYPE_CHECKING, Any

from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from pydantic import SecretStr

CONNECTING = 10.0
"""Seconds within which a connection must stand, where that can be said apart."""
_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "google_genai": "google", "ollama": "ollama"}
"""The providers that Citegram has an extra for, by LangChain's names."""
_SHORT = {"google": "google_genai"}
_NO_KEY = "none"
"""What a server of one's own is sent that wants no key, as OpenAI's package insists on one."""


class Provider:
    """The chat model of one provider, made once for each limit of its output, as not all of them take it later."""

    def __init__(self, name: str, *, url: str | None, key: SecretStr | None, seconds: float) -> None:
        """Keep what to make the models of; `name` is `provider:model`, `seconds` the limit of a request."""
        self._name = name
        short, _, self._model = name.partition(":")
        self._provider = _SHORT.get(short, short)
        self._url, self._key, self._seconds = url, key, seconds
        self._lock = threading.Lock()
        self._models: dict[int, BaseChatModel] = {}
        self._left_out: frozenset[str] = frozenset()
        self._clients: dict[str, Any] = {}

    @property
    def says_how_it_ended(self) -> bool:
        """Whether each complete answer of this provider says why it ended, so that one without it is broken off."""
        return self._provider in _EXTRAS

    def model(self, most_tokens: int) -> BaseChatModel:
        """Return the model that writes at most so many tokens.

        Raises:
            SettingsError: it cannot be made of the settings, or its package is not installed.
        """
        with self._lock:
            if most_tokens not in self._models:
                self._models[most_tokens] = self._made(most_tokens)
            return self._models[most_tokens]

    def leave_out(self, parameters: frozenset[str]) -> bool:
        """Send optional parameters no more, as the provider refuses them; False where they had been left out already."""
        with self._lock:
            new = parameters - self._left_out
            if new:
                self._left_out |= new
                self._models.clear()
            return bool(new)

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            if hasattr(client, "aclose"):
                await client.aclose()
            else:
                client.close()
        self._clients.clear()

    def _made(self, most_tokens: int) -> BaseChatModel:
        from pydantic import ValidationError

        try:
            model = self._initialised(self._arguments(most_tokens))
        except ImportError as error:
            raise SettingsError(f"{self._set()} needs a package: pip install {self._package(error)}") from error
        except ValidationError as error:
            raise SettingsError(f"{self._set()} cannot be used with the other settings of the chat model.") from error
        except ValueError as error:
            raise SettingsError(
                f"{self._set()} names no provider that LangChain knows; a valid example: CITEGRAM_MODEL=openai:gpt-4.1-mini"
            ) from error
        except Exception as error:  # each provider's package has errors of its own for a missing key
            raise self._without_key(error) from error
        if self._provider == "anthropic" and not model.anthropic_api_key.get_secret_value():  # type: ignore[attr-defined]
            raise self._without_key(None)
        return model

    def _initialised(self, arguments: dict[str, Any]) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        model: BaseChatModel
        try:
            model = init_chat_model(self._model, model_provider=self._provider, **arguments)
        except Exception as error:
            if type(error).__name__ != "OpenAIError" or self._url is None or self._key is not None:
                raise
            model = init_chat_model(self._model, model_provider=self._provider, **arguments, api_key=_NO_KEY)
        return model

    def _arguments(self, most_tokens: int) -> dict[str, Any]:
        arguments: dict[str, Any] = {"temperature": 0.0}
        if self._url is not None:
            arguments["base_url"] = self._url
        if self._provider == "ollama":
            headers = {"Authorization": f"Bearer {self._key.get_secret_value()}"} if self._key else {}
            arguments |= {"num_predict": most_tokens, "client_kwargs": {"timeout": self._seconds, "headers": headers}}
        else:
            if self._key is not None:
                arguments["api_key"] = self._key
            # Retries are made where the time that is left is known; Google's package counts the first attempt.
            retries = 1 if self._provider == "google_genai" else 0
            arguments |= {"max_tokens": most_tokens, "timeout": self._seconds, "max_retries": retries}
        if self._provider == "openai":
            arguments |= self._for_openai()
        return {name: value for name, value in arguments.items() if name not in self._left_out}

    def _for_openai(self) -> dict[str, Any]:
        """Return what is particular to OpenAI's package, which is used for any server that speaks as OpenAI's does."""
        import openai

        # Of an answer of the wrong shape pydantic would warn with words out of it, which may be a reader's.
        warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
        timeout = openai.Timeout(self._seconds, connect=min(CONNECTING, self._seconds))
        if not self._clients:
            # Clients of its own: those that LangChain shares between models belong to one event loop.
            # The synchronous one, without which the package does not do, is never used: it trusts nobody, as reading whom
            # to trust takes 40 ms.
            self._clients = {
                "http_async_client": openai.DefaultAsyncHttpxClient(timeout=timeout),
                "http_client": openai.DefaultHttpxClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
            }
        usage = "stream_options" not in self._left_out
        return {**self._clients, "timeout": timeout, "stream_usage": usage, "stream_chunk_timeout": None}

    def _set(self) -> str:
        return f"CITEGRAM_MODEL={self._name}"

    def _package(self, error: ImportError) -> str:
        if self._provider in _EXTRAS:
            return f"-e '.[{_EXTRAS[self._provider]}]'"
        missing = error.__cause__.name if isinstance(error.__cause__, ImportError) else None
        return (missing or f"langchain-{self._provider}").partition(".")[0].replace("_", "-")

    def _without_key(self, error: Exception | None) -> SettingsError:
        if self._key is None:
            return SettingsError(f"{self._set()} needs the provider's key: set CITEGRAM_MODEL_KEY.")
        return SettingsError(f"{self._set()} cannot be used ({type(error).__name__}).")
