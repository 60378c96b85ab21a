"""How whoever asked for some work tells it, from another thread, that it is not wanted any more."""

from __future__ import annotations

import threading
from collections.abc import Callable

from retrieval.errors import Stopped


class Stop:
    """A request to stop, which can be made once and from any thread."""

    def __init__(self) -> None:
        """Begin with nothing requested."""
        self._lock = threading.Lock()
        self._requested = False
        self._actions: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether the work is not wanted any more."""
        return self._requested

    def request(self) -> None:
        """Tell the work to stop, and whatever it waits for."""
        with self._lock:
            actions, self._actions = self._actions, []
            self._requested = True
        for action in actions:
            action()

    def then(self, action: Callable[[], None]) -> None:
        """Have `action` called, in the thread that makes the request, once it is made; at once if it has been."""
        with self._lock:
            if not self._requested:
                self._actions.append(action)
                return
        action()

    def check(self) -> None:
        """Go on only if the work is still wanted.

        Raises:
            Stopped: it is not.
        """
        if self._requested:
            raise Stopped("The work is not wanted any more.")
