"""From a host's name to its addresses, within the time there is for a page."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Iterable

from ingest.fetching.clock import Deadline
from ingest.fetching.failing import FetchError
from ingest.fetching.targets import Address, Target

Resolver = Callable[[str, int], Iterable[str]]
"""Host and port to addresses as text, best first; raises OSError for a name that has none."""


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system, as every program on this machine does."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_of(target: Target, resolver: Resolver, deadline: Deadline) -> list[Address]:
    """Return all addresses of a host; at least one.

    Raises:
        FetchError: the name has none, or the answer takes too long.
    """
    if target.address is not None:
        return [target.address]
    try:
        addresses = [ipaddress.ip_address(found) for found in _in_time(target, resolver, deadline)]
    except (OSError, ValueError) as error:
        raise FetchError(f"the name {target.host} is not known") from error
    if not addresses:
        raise FetchError(f"the name {target.host} is not known")
    return addresses


def _in_time(target: Target, resolver: Resolver, deadline: Deadline) -> list[str]:
    """Ask in a thread that can be left behind: the system's resolver takes no time limit and may take a minute."""
    answers: queue.SimpleQueue[list[str] | OSError | ValueError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(resolver(target.host, target.port)))
        except (OSError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolving", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise FetchError(f"asking for the name {target.host} takes too long") from None
    if isinstance(answer, Exception):
        raise answer
    return answer
