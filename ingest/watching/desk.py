"""What one round reads on its way to being remembered: an item is written down when the last of its articles is safe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Set
from dataclasses import replace

from ingest.pipeline import Done
from ingest.sources.draft import Draft
from ingest.watching.conveyor import Conveyor, Offer
from ingest.watching.due import LONGEST_CHECK, next_check, next_round
from ingest.watching.items import Item
from ingest.watching.report import Report, Teller
from ingest.watching.sources import Source
from ingest.watching.state import State
from ingest.watching.work import Work
from retrieval.errors import CitegramError, Stopped

_TICK_SECONDS = 0.2
GONE = 2
"""Answers in a row, in rounds apart, after which a page is gone."""


class Desk:
    """Where the items of one round lie until they are done."""

    def __init__(
        self,
        source: Source,
        number: int,
        state: State,
        conveyor: Conveyor,
        stop: threading.Event,
        now: Callable[[], float],
        chance: Callable[[], float],
        teller: Teller,
    ) -> None:
        """Take the source with its number in the memory, the clock in seconds since 1970, and a chance from 0 to 1."""
        self.source = source
        self.number = number
        self.state = state
        self.report = Report(source.name)
        self.now = now
        self.reading = True
        """Whether more may be offered."""
        self.all_stored = True
        """Whether every article that was offered is safe."""
        self._conveyor = conveyor
        self._stop = stop
        self._chance = chance
        self._teller = teller
        self._changed = threading.Condition()
        self._open: set[Work] = set()
        self._trouble: CitegramError | None = None

    # What a round does

    def work(self, item: Item, before: Item | None, *, by_listing: bool = False) -> Work:
        """Begin with an item that has articles to be stored."""
        work = Work(self, item, before, by_listing)
        with self._changed:
            self._open.add(work)
        return work

    def offer(self, work: Work, draft: Draft) -> None:
        """Give an article to be stored, unless another page stands for it: two of them would take turns for ever."""
        if work.item.url and self.state.is_of_another(self.number, work.item.key, draft.article.id):
            work.articles.add(draft.article.id)
            return
        with self._changed:
            work.waiting += 1
        self._conveyor.offer(Offer(draft, work))

    def close(self, work: Work, whole: bool, error: str) -> None:
        """Take it that an item has no more articles."""
        with self._changed:
            work.closed, work.whole, work.error = True, whole, work.error or error
            self._finish(work)

    def same(self, item: Item, before: Item, *, by_listing: bool = False) -> None:
        """Remember that an item was asked for and is as it was."""
        with self._changed:
            self.report.unchanged += len(before.articles) or 1
            self._record(self._timed(item, before, same=True, by_listing=by_listing), set(), whole=False)

    def failing(self, item: Item, before: Item | None, reason: str) -> None:
        """Remember that an item could not be read, and tell it unless that was told before for the same reason."""
        with self._changed:
            self._tell(item.name, reason, before)
            self._failing(item, before, reason, set())

    def gone(self, item: Item, before: Item | None, reason: str) -> None:
        """Remember that there is no such page; it is asked for once more in the next round before that is believed."""
        with self._changed:
            answers = min(before.gone + 1 if before else 1, GONE)
            if before is None or not (before.articles or before.gone):
                self._tell(item.name, reason, before)
            wait = next_check(before.wait if before else 0.0, self.source.recheck, LONGEST_CHECK, same=True)
            again = self.now() + (wait if answers >= GONE else 0.0)
            item = replace(item, gone=answers, error=reason, wait=wait, next_check=again)
            self._record(item, set(), whole=False)

    def vanished(self, item: Item) -> None:
        """Remember that a file is no longer there."""
        with self._changed:
            self._record(replace(item, gone=GONE), set(), whole=False)

    def remember(self, item: Item) -> None:
        """Remember an item that has no articles of its own."""
        with self._changed:
            self._record(item, set(), whole=False)

    def notice(self, line: str) -> None:
        """Tell something that is no failure."""
        self._teller.line(line)

    def forget_problems(self, known: Mapping[str, Item], there: Set[str]) -> None:
        """Forget what could not be read and was nothing but that, where it is not `there` any more."""
        bare = (key for key, item in known.items() if item.error and not (item.url or item.articles) and item.mtime < 0)
        stale = [key for key in bare if key not in there]
        if stale:
            self.state.forget(self.number, stale)

    def wait(self) -> None:
        """Wait until all that was begun is remembered.

        Raises:
            Stopped: the work is to end.
            CitegramError: something could not be stored or remembered; what was, is.
        """
        self.reading = False
        self._conveyor.wake()
        with self._changed:
            while self._open and self._trouble is None:
                if self._stop.is_set():
                    raise Stopped("The work was stopped.")
                self._changed.wait(_TICK_SECONDS)
            if self._trouble is not None:
                raise self._trouble

    def demand_going_on(self) -> None:
        """Raise what `wait` would raise, without waiting."""
        if self._stop.is_set():
            raise Stopped("The work was stopped.")
        if self._trouble is not None:
            raise self._trouble

    def under_way(self) -> set[str]:
        """Return the ids of articles that are safe, although the items that have them are not remembered yet."""
        with self._changed:
            return {article for work in self._open for article in work.articles}

    def problem(self, name: str, reason: str) -> None:
        """Tell of something that could not be read."""
        with self._changed:
            self._tell(name, reason, None)

    # What becomes of it, told by the thread that stores

    def done(self, work: Work, done: Done) -> None:
        """Take it that an article is safe, or failed."""
        with self._changed:
            work.waiting -= 1
            work.same = work.same and done.kind == "unchanged"
            if done.kind == "failed":
                self.all_stored = False
                work.error = work.error or done.reason
                self._tell(done.name, done.reason, None)
            else:
                work.articles.add(done.article_id)
                setattr(self.report, done.kind, getattr(self.report, done.kind) + 1)
                self.report.passages += done.passages
                self._teller.done(done)
            self._finish(work)

    def lose(self, error: CitegramError) -> None:
        """Take it that nothing more can be stored in this round."""
        with self._changed:
            self._trouble = self._trouble or error
            self._changed.notify_all()

    def _finish(self, work: Work) -> None:
        if not work.closed or work.waiting:
            return
        if work.error:
            self._failing(work.item, work.before, work.error, work.articles)
        else:
            same = work.before is not None and work.same
            item = self._timed(work.item, work.before, same=same, by_listing=work.by_listing)
            self._record(item, work.articles, whole=work.whole)
        self._open.discard(work)
        self._changed.notify_all()

    def _failing(self, item: Item, before: Item | None, reason: str, articles: set[str]) -> None:
        """Remember why an item failed, with the validators of what was read of it before: a file's are its own."""
        if item.mtime < 0:
            kept = before or Item(item.key, item.name)
            item = replace(
                item,
                etag=kept.etag,
                modified=kept.modified,
                visit=kept.visit,
                from_feed=kept.from_feed,
                entry=kept.entry,
            )
        failed_before = before is not None and bool(before.error)
        wait = next_check(
            before.wait if before and failed_before else 0.0, self.source.interval, self.source.recheck, failed_before
        )
        self._record(replace(item, error=reason, wait=wait, next_check=self.now() + wait), articles, whole=False)

    def _timed(self, item: Item, before: Item | None, *, same: bool, by_listing: bool) -> Item:
        """Return an item that was read with the time of its next check: pages named one by one are looked at oftener."""
        named = self.source.kind == "pages"
        least, most = (self.source.interval, self.source.recheck) if named else (self.source.recheck, LONGEST_CHECK)
        wait = next_check(before.wait if before else 0.0, least, max(least, most), same)
        misled = (before.misled + 1 if before and by_listing else item.misled) if same else 0
        again = self.now() + next_round(wait, self.source.jitter, self._chance())
        return replace(item, wait=wait, next_check=again, misled=misled, gone=0, error="")

    def _tell(self, name: str, reason: str, before: Item | None) -> None:
        if before is None or before.error != reason:
            self.report.failed.append({"name": name, "reason": reason})
            self._teller.failed(name, reason)

    def _record(self, item: Item, articles: set[str], *, whole: bool) -> None:
        if self._trouble is not None:
            return
        try:
            self.state.record(self.number, item, articles, whole=whole)
        except CitegramError as error:
            self._trouble = error
            self._changed.notify_all()
