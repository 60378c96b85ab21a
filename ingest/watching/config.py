"""CONFIG.toml to sources: every mistake is one sentence that names its place and what to write there."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ingest.normalize import one_line
from ingest.sources.addresses import shown_path
from ingest.watching import config_values as values
from ingest.watching.config_values import LONGEST_NAME
from ingest.watching.sources import MINUTE, Config, Kind, Source
from retrieval.errors import SettingsError

T = TypeVar("T")

_LARGEST = 10_000_000  # bytes; 50,000 sources
_LEAST = {"folder": 1.0}
_LEAST_ON_THE_WEB = MINUTE
_KINDS: dict[str, Kind] = {
    "feed": "feed", "sitemap": "sitemap", "site": "site", "page": "pages", "pages": "pages", "folder": "folder",
}  # fmt: skip


def read_config(path: Path) -> Config:
    """Read a configuration.

    Raises:
        SettingsError: it cannot be read, or something in it cannot be meant.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"{shown_path(str(path))} cannot be read ({error.strerror}); name a file that lists sources, as "
            "docs/watching.md shows."
        ) from error
    return parse_config(data, path)


def parse_config(data: bytes, path: Path) -> Config:
    """Return what the bytes of a configuration say; `path` is where folders are relative to, and named in errors.

    Raises:
        SettingsError: it is no TOML, or something in it cannot be meant.
    """
    name = shown_path(path.name)
    try:
        if len(data) > _LARGEST:
            raise ValueError(f"larger than {_LARGEST // 1_000_000} MB")
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name} is not UTF-8; save it as UTF-8.") from error
    except RecursionError as error:
        raise SettingsError(
            f"{name} is not valid TOML (nested too deeply); write it as docs/watching.md shows."
        ) from error
    except ValueError as error:
        raise SettingsError(f"{name} is not valid TOML ({one_line(str(error))}); correct it there.") from error
    return _config(_Table(name, "the top level", table), path.absolute())


class _Table:
    """A table of the file, whose keys are taken one after the other; what is left over is no key at all."""

    def __init__(self, file: str, place: str, values: Mapping[str, Any]) -> None:
        self._file = file
        self.place = place
        self._left = dict(values)
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        return key in self._left

    def take(self, key: str, read: Callable[[object], T], example: str, default: T) -> T:
        """Return a value as `read` understands it, which raises ValueError with the reason where it does not."""
        self._known.append(key)
        if key not in self._left:
            return default
        try:
            return read(self._left.pop(key))
        except ValueError as error:
            raise self.error(f"{key!r} {error}", f"write it as in {example}") from error

    def done(self) -> None:
        """Refuse the keys that nobody took."""
        for key in self._left:
            raise self.error(f"{one_line(key)[:LONGEST_NAME]!r} is no key here", f"known are {', '.join(self._known)}")

    def error(self, what: str, remedy: str) -> SettingsError:
        return SettingsError(f"{self._file}, {self.place}: {what}; {remedy}.")


def _config(top: _Table, path: Path) -> Config:
    usual = Source("", "feed", ())
    usual = replace(
        usual,
        interval=top.take("interval", values.seconds, 'interval = "30m"', usual.interval),
        jitter=top.take("jitter", values.share, "jitter = 0.1", usual.jitter),
        gone=top.take("gone", values.policy, 'gone = "mark"', usual.gone),
        recheck=top.take("recheck", values.seconds, 'recheck = "1d"', usual.recheck),
    )
    allow_private = top.take("allow_private", values.yes_or_no, "allow_private = true", False)
    tables: list[dict[str, Any]] = top.take("source", values.tables, '[[source]] and below it feed = "https://..."', [])
    top.done()
    if not tables:
        raise top.error("there is no source", 'write [[source]] and below it feed = "https://example.org/feed.xml"')
    file = shown_path(path.name)
    sources = tuple(
        _source(_Table(file, f"source {number}", table), usual, path) for number, table in enumerate(tables, 1)
    )
    _demand_different_names(sources, file)
    return Config(path, sources, allow_private)


def _source(table: _Table, usual: Source, path: Path) -> Source:
    kind, addresses, usual_name = _what(table, path)
    name = table.take("name", values.name, 'name = "The Westmere Post"', usual_name)
    table.place = f"{table.place} ({name})"
    source = Source(
        name,
        kind,
        addresses,
        interval=table.take("interval", values.seconds, 'interval = "6h"', usual.interval),
        jitter=usual.jitter,
        gone=table.take("gone", values.policy, 'gone = "mark"', usual.gone),
        recheck=usual.recheck,
        since=table.take("since", values.day, 'since = "2026-03-01"', None),
        limit=table.take("limit", values.count, "limit = 100", None),
        depth=table.take("depth", values.count, "depth = 2", usual.depth) if kind == "site" else usual.depth,
    )
    table.done()
    least = _LEAST.get(kind, _LEAST_ON_THE_WEB)
    if source.interval < least:
        raise table.error(
            f"an interval of {source.interval:g} s is shorter than {least:g} s", 'write it as in interval = "30m"'
        )
    return source


def _what(table: _Table, path: Path) -> tuple[Kind, tuple[str, ...], str]:
    """Return what a source is, where it is, and what it is called unless it has a name."""
    given = [key for key in _KINDS if table.has(key)]
    if len(given) != 1:
        what = "it names nothing to read" if not given else f"it has {' and '.join(given)}"
        raise table.error(what, f"write one of {', '.join(_KINDS)} for each [[source]]")
    [key] = given
    kind = _KINDS[key]
    if kind == "folder":
        folder = table.take(key, values.folder, 'folder = "articles"', Path())
        return kind, (str(path.parent / folder),), _shortened(str(folder))
    urls: tuple[str, ...] = ()
    if key == "pages":
        urls = table.take(key, values.urls, 'pages = ["https://example.org/about"]', urls)
    else:
        urls = (table.take(key, values.url, f'{key} = "https://example.org/news"', ""),)
    return kind, urls, _shortened(urls[0])


def _shortened(name: str) -> str:
    shown = shown_path(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def _demand_different_names(sources: tuple[Source, ...], file: str) -> None:
    numbers: dict[str, int] = {}
    for number, source in enumerate(sources, 1):
        if source.name in numbers:
            raise SettingsError(
                f"{file}, source {number}: source {numbers[source.name]} is called {source.name!r} too; give one of "
                'them another name, as in name = "Old news".'
            )
        numbers[source.name] = number
