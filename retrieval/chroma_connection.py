"""An open collection of a Chroma server: the only module that knows chromadb's client."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.chroma_http import COMPLETE

if TYPE_CHECKING:
    from chromadb.api.fastapi import FastAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings
    from chromadb.types import Collection as CollectionModel

log = logging.getLogger(__name__)

_LOADED = 2000
_LOADED_SHARE = 0.75
"""Of this many nearest passages an index finds at least this share. Without its files it has but what Chroma had not yet
written to them, fewer than 1,000 passages: half of 2,000 at most."""


@dataclass(slots=True)
class Connection:
    """An open collection: to be read with a short time limit, for questions, and to be written with a long one."""

    read: Collection
    writer: Collection
    sessions: tuple[FastAPI, FastAPI]
    complete: bool
    dimensions: int | None
    """None while the collection is empty."""
    users: int = 0
    """Calls under way: a connection is closed after the last of them."""

    def close(self) -> None:
        """Close its two HTTP clients."""
        for session in self.sessions:
            session._session.close()


def open_connection(url: str, name: str, query_seconds: float, write_seconds: float) -> Connection:
    """Open a collection by its name; raises chromadb's errors and whatever importing it makes of the environment."""
    from chromadb.api.models.Collection import Collection

    settings = _settings(url)
    reading, writing = _session(settings, query_seconds), _session(settings, write_seconds)
    model = writing.get_collection(name)
    return Connection(
        read=Collection(client=reading, model=model, embedding_function=None),
        writer=Collection(client=writing, model=model, embedding_function=None),
        sessions=(reading, writing),
        complete=is_complete(model),
        dimensions=model.dimension,
    )


def loads(connection: Connection) -> bool:
    """Have the server read the collection into memory, and return whether all of its vectors were there.

    A server reads the files at the first query, and goes on without those that are gone by then.
    """
    vector = np.ones((1, connection.dimensions or 1), np.float32)
    try:
        k = min(connection.writer.count(), _LOADED)
        found = connection.writer.query(query_embeddings=vector, n_results=k, include=[])["ids"][0] if k else []
    except Exception as error:  # noqa: BLE001 - as in every call; the audit that follows says what is wrong
        log.info("The vector index cannot be read (%s).", told(error))
        return False
    return len(found) >= _LOADED_SHARE * k


def is_complete(model: CollectionModel) -> bool:
    """Return whether a collection is known to lack nothing."""
    return bool((model.metadata or {}).get(COMPLETE))


def told(error: Exception) -> str:
    """Return what an error says in one line."""
    first_line = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first_line[:200]}" if first_line else type(error).__name__


def _settings(url: str) -> Settings:
    """Give every setting, as chromadb would take the others from `.env` and from bare names in the environment."""
    from chromadb.config import Settings

    values: dict[str, Any] = {field: info.default for field, info in Settings.model_fields.items()}
    values |= {
        "chroma_api_impl": "chromadb.api.fastapi.FastAPI",
        "chroma_server_host": url,
        "chroma_server_http_port": 0,  # asked for, and not used with a URL
        "chroma_server_ssl_verify": False,  # of a session that is never used: to load certificates for it takes 0.1 s
        "anonymized_telemetry": False,
    }
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # pydantic-settings' own keyword


def _session(settings: Settings, seconds: float) -> FastAPI:
    """Return chromadb's HTTP client with a time limit on each step of a call, and without the environment's proxies."""
    import httpx
    from chromadb.api.fastapi import FastAPI
    from chromadb.config import System

    session = System(settings).instance(FastAPI)
    headers = session._session.headers
    session._session.close()  # it waits for ever
    session._session = httpx.Client(
        timeout=seconds,
        limits=session.http_limits,
        headers=headers,
        trust_env=False,
        verify=session.get_api_url().startswith("https:"),
    )
    return session
