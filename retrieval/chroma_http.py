"""The few requests over plain HTTP about the catalogue's collection that finding and starting a Chroma server takes."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

COMPLETE = "complete"
"""Key of the collection's metadata: true once everything in the catalogue has been seen in the index. A collection made
anew, or left by a server that did not end cleanly, is not read from before somebody has audited or rebuilt it."""

_COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
# Of the exact top 100 among 10,000 clustered vectors the index finds .90 with ef_search 100, the default, .986 with 400
# and .999 with 800; the last costs 2 ms more than the first. (Of the exact top 8 it finds all with any of them.)
_CONFIGURATION = {"hnsw": {"space": "cosine", "ef_search": 800}}
_ANSWER_BYTES = 1_000_000


class NoAnswerError(Exception):
    """The server does not answer, or what it says is not what a Chroma server says."""


def find_collection(url: str, name: str, seconds: float) -> dict[str, Any] | None:
    """Return what a server knows of a collection, None when it says that it has none of that name.

    Raises:
        NoAnswerError: it says neither within `seconds`.
    """
    status, answer = _call("GET", url, f"{_COLLECTIONS}/{quote(name)}", None, seconds)
    if status == http.client.NOT_FOUND:
        return None
    if status == http.client.OK and isinstance(answer, dict) and answer.get("name") == name and "id" in answer:
        return answer
    raise NoAnswerError(f"it answers {status} when asked for the collection")


def create_collection(url: str, name: str, seconds: float) -> None:
    """Make an empty collection for vectors compared by cosine, or leave the one of that name as it is.

    Raises:
        NoAnswerError: the server did not confirm it within `seconds`.
    """
    body = {"name": name, "get_or_create": True, "metadata": {COMPLETE: False}, "configuration": _CONFIGURATION}
    _demand("POST", url, _COLLECTIONS, body, seconds)


def distrust_collection(url: str, collection: dict[str, Any], seconds: float) -> None:
    """Say in a collection's metadata that it may lack something.

    Raises:
        NoAnswerError: the server did not confirm it within `seconds`.
    """
    _demand("PUT", url, f"{_COLLECTIONS}/{collection['id']}", {"new_metadata": {COMPLETE: False}}, seconds)


def delete_collection(url: str, name: str, seconds: float) -> None:
    """Delete a collection with all that is in it.

    Raises:
        NoAnswerError: the server did not confirm it within `seconds`.
    """
    _demand("DELETE", url, f"{_COLLECTIONS}/{quote(name)}", None, seconds)


def _demand(method: str, url: str, path: str, body: object, seconds: float) -> None:
    status, _ = _call(method, url, path, body, seconds)
    if status != http.client.OK:
        raise NoAnswerError(f"it answers {status} to {method}")


def _call(method: str, url: str, path: str, body: object, seconds: float) -> tuple[int, Any]:
    """Send one request, through no proxy and following no redirect, and return its status and its JSON."""
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=seconds)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, parts.path + path, content, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read(_ANSWER_BYTES) or b"null")
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        raise NoAnswerError(str(error) or type(error).__name__) from error
    finally:
        connection.close()
