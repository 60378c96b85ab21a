"""An answer shown while it is being written: from the thread that writes it to the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from bot.exchange import Preview
from bot.views.drafts import frame
from bot.views.text import pack, run
from bot.views.words import Words
from retrieval.models import Progress


@contextmanager
def shown_meanwhile(
    preview: Preview | None, words: Words, notices: Sequence[str] = ()
) -> Iterator[Callable[[Progress], None]]:
    """Give what shows the progress of an answer for as long as the block runs; it may be called in any thread.

    Args:
        preview: shows it; None for nothing to be shown.
        words: the reader's language.
        notices: what the answer begins with.
    """
    loop = asyncio.get_running_loop()
    wanted = True

    def show(progress: Progress) -> None:
        if wanted and preview is not None:
            # What does not fit beside the notices stands in the last of several messages.
            preview.show(pack([*map(run, notices), frame(progress, words)])[-1])

    def report(progress: Progress) -> None:
        if preview is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits for this answer any more
                loop.call_soon_threadsafe(show, progress)

    try:
        yield report
    finally:
        wanted = False  # what the thread reports late must not be shown over the answer
