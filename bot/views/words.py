"""What the bot says, in each language it speaks: message catalogues in Fluent, one folder a language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from babel.dates import format_date
from fluent.runtime import FluentBundle, FluentResource

from retrieval.models import Period

LANGUAGES = {"en": "English", "ru": "Русский"}
"""What the bot speaks, by primary language subtag: each language by its own name."""
MAX_VALUE = 1000
"""Characters of a value that are inserted: Fluent refuses a text that grows beyond 2,500 within one choice."""

_WHOLE_DATE = re.compile(r"\d{4}-\d\d-\d\d(?!\d)", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """What the bot says, in one language."""

    language: str
    """One of `LANGUAGES`."""

    def __call__(self, key: str, /, **values: str | int) -> str:
        """Return the text of `key` with `values` inserted as they are; an int with its separators, and for plurals.

        The text is plain: whoever formats it escapes it. A number that is a name, such as an article's, is given as
        str. What is longer than `MAX_VALUE` is cut.

        Raises:
            KeyError: there is no such key, or it needs a value that was not given.
        """
        pattern = _bundle(self.language).get_message(key).value
        if pattern is None:
            raise KeyError(key)
        text, errors = _bundle(self.language).format_pattern(pattern, {name: _cut(values[name]) for name in values})
        if errors:
            raise KeyError(f"{key}: {errors[0]}")
        return str(text)

    def date(self, published: str | None, *, guessed: bool = False) -> str:
        """Return an ISO 8601 date or time as people write it: `3 March 2026`, `March 2026`, `2026`.

        A guessed one is said to be about right. Nothing for none; what is no date is returned as it is.
        """
        day = self._day(published)
        return self("date-guessed", day=day) if guessed and day.strip() else day

    def pages(self, pages: tuple[int, int] | None) -> str:
        """Return a first and a last page as books are cited, `p. 4` or `pp. 4–5`; nothing for none."""
        if pages is None:
            return ""
        first, last = map(str, pages)
        return self("on-page", page=first) if first == last else self("on-pages", first=first, last=last)

    def no_longer_there(self, since: str | None) -> str:
        """Return that an article is not where it came from any more, since a day in ISO 8601; nothing for none."""
        return self("no-longer-there", day=self.date(since)) if since else ""

    def _day(self, published: str | None) -> str:
        given = published or ""
        try:
            if _WHOLE_DATE.match(given):
                return format_date(date.fromisoformat(given[:10]), "d MMMM y", locale=self.language)
            month = _MONTH.fullmatch(given)
            if month:
                return format_date(date(int(month[1]), int(month[2]), 1), "LLLL y", locale=self.language)
        except ValueError:
            return given
        return given

    def period(self, period: Period) -> str:
        """Return a sentence on the period that the articles cover; nothing where no article has a date."""
        if period.from_ is None or period.to is None:
            return ""
        if period.from_ == period.to:
            return self("covered-day", day=self.date(period.from_))
        return self("covered-period", first=self.date(period.from_), last=self.date(period.to))


_WORDS = {language: Words(language) for language in LANGUAGES}


def words_for(language_code: str | None) -> Words:
    """Return what the bot says to somebody whose app speaks `language_code`, as in `ru` or `ru-RU`: else English."""
    subtag = re.split("[-_]", language_code or "")[0].lower()
    return _WORDS.get(subtag, _WORDS["en"])


@cache
def _bundle(language: str) -> FluentBundle:
    bundle = FluentBundle([language], use_isolating=False)
    folder = resources.files("bot") / "locales" / language
    for file in folder.iterdir():
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


def _cut(value: str | int) -> str | int:
    if isinstance(value, str) and len(value) > MAX_VALUE:
        return value[: MAX_VALUE - 1] + "…"
    return value
