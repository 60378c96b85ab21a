"""`citegram-ingest PATH|URL ...`: what an operator names to articles in the catalogue, or to a word on what would be."""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ingest.dates import iso_date
from ingest.sources.files import SUPPORTED
from ingest.web.allowance import SITE_DEPTH, SITE_PAGES
from ingest.web.links import is_address

if TYPE_CHECKING:
    from ingest.progress import Reporter, Summary
    from ingest.sources.draft import Draft
    from ingest.web.gathering import WebSources
    from retrieval.catalog import Catalog
    from retrieval.settings import Settings

_DESCRIPTION = (
    f"Ingest articles: files and folders of {SUPPORTED}; and what is on the web: pages, feeds, sitemaps and sections of "
    "sites, politely and as robots.txt allows. A first word that is one of the commands below is that command; `./list` "
    "names a file."
)
_WIDTH = 118

_COMMANDS = """\
commands:
  watch CONFIG              keep feeds, sites, folders fresh for ever, as a file lists them; docs/watching.md shows one
  refresh CONFIG            the same once, for cron: what is new, has changed, is gone; `refresh --help`
  sources CONFIG [--json]   how each of them stands
  list [--json]             what is in the catalogue, by id
  show ID [--json]          one article with its text
  remove ID ...             remove articles with every trace
  export FILE|-             all articles as JSON Lines, as ingest reads them
  reindex [--encode]        the vector index anew from the catalogue; --encode: all vectors anew, after a change of model
  stats [--json]            counts, period, model, size

Settings come from the environment and .env. Exit codes: 0, 1 when anything failed, 2 for wrong usage or settings."""

_POLITE_SECONDS = 1.0


def ingest_parser() -> argparse.ArgumentParser:
    """Return the parser of the command without a name of its own."""
    parser = argparse.ArgumentParser(
        prog="citegram-ingest",
        description=textwrap.fill(_DESCRIPTION, _WIDTH),
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("words", nargs="*", metavar="PATH|URL", help="a file, a folder, or the address of a page")
    add(
        "--list",
        action="append",
        default=[],
        metavar="FILE",
        help="a file that names pages, an address a line; - for standard input",
    )
    add("--feed", action="append", default=[], metavar="URL", help="an RSS, Atom or JSON feed, and the pages it names")
    add("--sitemap", action="append", default=[], metavar="URL", help="a sitemap, and the pages it names")
    add("--site", action="append", default=[], metavar="URL", help="a page, and those below it that its links lead to")
    add(
        "--depth",
        type=number_word,
        metavar="N",
        help=f"how many links away from the page of --site; {SITE_DEPTH} otherwise",
    )
    add(
        "--limit",
        type=number_word,
        metavar="N",
        help=f"read N articles at most; without it {SITE_PAGES} pages of each --site",
    )
    add("--since", type=date_word, metavar="DATE", help="leave out what says that it is older, as in 2026-03-01")
    add("--dry-run", action="store_true", help="read everything and store nothing")
    add("--allow-private", action="store_true", help="fetch from your own network too")
    add("--interval", type=_seconds, metavar="SECONDS", help="rest between two requests to a host; 1 otherwise")
    add("--json", action="store_true", help="print the summary as one JSON object")
    add("--wait", action="store_true", help="wait for another ingest to end")
    add("--if-empty", action="store_true", help="do nothing when there are articles already")
    parser.set_defaults(run=_ingest, complain=parser.error)
    return parser


def check_usage(options: argparse.Namespace) -> None:
    """End the process with a word on the usage where the options do not go together."""
    if not (options.words or options.list or options.feed or options.sitemap or options.site):
        options.complain("name a file, a folder or an address to read")
    if options.depth is not None and not options.site:
        options.complain("--depth is for --site")
    if options.interval is not None and options.interval < _POLITE_SECONDS and not options.allow_private:
        options.complain("an --interval below 1 s is for your own network: add --allow-private")


def _ingest(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    from ingest.intake import Intake
    from ingest.progress import Reporter
    from ingest.sources.walk import measure

    if options.if_empty and catalog.summary().articles:
        return 0
    paths, sources = [word for word in options.words if not is_address(word)], _web_sources(options)
    started = time.monotonic()
    reporter = Reporter(0 if sources else measure(paths).bytes)
    intake = Intake(
        paths,
        sources,
        reporter,
        allow_private=options.allow_private,
        interval=_POLITE_SECONDS if options.interval is None else options.interval,
    )
    try:
        code = _run(options, settings, catalog, intake.drafts(), reporter)
    finally:
        reporter.close()
    _tell(options, settings, reporter.summary, intake.left_out, time.monotonic() - started)
    return code


def _run(
    options: argparse.Namespace, settings: Settings, catalog: Catalog, drafts: Iterable[Draft], reporter: Reporter
) -> int:
    if options.dry_run:
        from ingest.rehearsal import rehearse

        return rehearse(catalog, drafts, reporter)
    from ingest.lock import writing
    from ingest.run import ingest_drafts

    with writing(settings.data_dir, wait=options.wait):
        return ingest_drafts(settings, catalog, drafts, reporter)


def _tell(options: argparse.Namespace, settings: Settings, summary: Summary, left_out: int, seconds: float) -> None:
    data_dir = str(settings.data_dir)
    sys.stderr.write(summary.sentence(data_dir, seconds) + "\n")
    if left_out:
        sys.stderr.write(f"{left_out} older than {options.since} were left out\n")
    if options.dry_run:
        sys.stderr.write("Nothing was stored (--dry-run)\n")
    if options.json:
        told = summary.as_json(data_dir, seconds)
        told |= {"left_out": left_out} if options.since else {}
        told |= {"dry_run": True} if options.dry_run else {}
        sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")


def _web_sources(options: argparse.Namespace) -> WebSources:
    from ingest.web.gathering import WebSources

    return WebSources(
        pages=tuple(word for word in options.words if is_address(word)),
        lists=tuple(options.list),
        feeds=tuple(options.feed),
        sitemaps=tuple(options.sitemap),
        sites=tuple(options.site),
        depth=SITE_DEPTH if options.depth is None else options.depth,
        limit=options.limit,
        since=options.since,
    )


def number_word(word: str) -> int:
    """Return a number from 1 on, as an option takes it."""
    if not (word.isascii() and word.isdigit() and 0 < int(word) < 10**9):
        raise argparse.ArgumentTypeError(f"{word!r} is no number from 1 on")
    return int(word)


def _seconds(word: str) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", word, re.ASCII):
        raise argparse.ArgumentTypeError(f"{word!r} is no number of seconds, as in 2 or 0.5")
    return float(word)


def date_word(word: str) -> str:
    """Return a date, ISO 8601, as an option takes it."""
    given = iso_date(word)
    if given is None:
        raise argparse.ArgumentTypeError(f"{word!r} is no date, as in 2026-03-01")
    return given
