"""One round of one source, from the first request to the word on how it went; whatever happens in it stays in it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.fetching.failing import FetchError
from ingest.watching.desk import Desk
from ingest.watching.due import back_off, next_round
from ingest.watching.folder_round import SUDDENLY_EMPTY, FolderRound
from ingest.watching.gone import Departures, TooManyGone, departures
from ingest.watching.pages_round import PagesRound
from ingest.watching.remembered import Standing
from ingest.watching.site_round import SiteRound
from ingest.watching.tools import SharedAllowance, Tools
from ingest.web.allowance import SITE_PAGES
from retrieval.errors import CitegramError, Stopped


@dataclass(frozen=True, slots=True)
class Terms:
    """What an operator wants of this pass besides what the configuration says."""

    since: str | None = None
    allowance: SharedAllowance | None = None
    """Items that may be read in all rounds together."""
    accept_gone: bool = False
    confirming: str = "citegram-ingest refresh CONFIG"
    """The command that says that what is gone is gone, up to the name of the source."""


def run_round(desk: Desk, standing: Standing, tools: Tools, terms: Terms, chance: float) -> Departures | None:
    """Read a source, remember how it went, and return what is gone of it; None when it failed or was stopped.

    Nothing that a source does raises: it is the failure of this source, told in its report.
    """
    report, state, source = desk.report, desk.state, desk.source
    try:
        state.tried(desk.number, desk.now())
        _read(desk, tools, terms, standing)
        gone = departures(desk, accept=terms.accept_gone)
        report.gone = len(gone.articles)
        report.next = desk.now() + next_round(source.interval, source.jitter, chance)
        state.succeeded(desk.number, desk.now(), report.next)
    except Stopped:
        report.asked = False
        return None
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the others
        _fail(desk, standing, error, terms)
        return None
    return gone


def _read(desk: Desk, tools: Tools, terms: Terms, standing: Standing) -> None:
    source = desk.source
    most = SITE_PAGES if source.kind == "site" and source.limit is None else source.limit
    allowance = SharedAllowance(most, terms.allowance)
    if source.kind == "folder":
        FolderRound(desk, tools, allowance, terms.since, terms.accept_gone).run(standing)
    else:
        kind = SiteRound if source.kind == "site" else PagesRound
        kind(desk, tools, allowance, terms.since).run(standing)


def _fail(desk: Desk, standing: Standing, error: Exception, terms: Terms) -> None:
    report, source = desk.report, desk.source
    report.error = _reason(error, f"{terms.confirming} --source {shlex.quote(source.name)} --accept-gone")
    retry_after = error.retry_after if isinstance(error, FetchError) else None
    report.next = desk.now() + back_off(source.interval, standing.failures + 1, retry_after)
    try:
        desk.state.failed(desk.number, report.error, report.next)
    except CitegramError as worse:
        report.error = f"{report.error}; {worse}"
    again = datetime.fromtimestamp(report.next, UTC).isoformat(timespec="minutes")
    desk.notice(f"{source.name}: failed: {report.error}; it is tried again after {again}")


def _reason(error: Exception, confirming: str) -> str:
    if isinstance(error, TooManyGone) or str(error) == SUDDENLY_EMPTY:
        return f"{error}; if that is right: `{confirming}`"
    if isinstance(error, CitegramError):
        return str(error).rstrip(".")
    if isinstance(error, OSError):
        return f"the system says {(error.strerror or type(error).__name__).lower()}"
    return f"an unexpected {type(error).__name__}; please report it"
