"""Prose with ids in brackets to sentences, each with its ids. Pure, character by character."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import regex

from retrieval.writing.citing import BRACKETS, CITED, LONGEST, OPENING, ids_in, only_cites
from retrieval.writing.labels import is_answer_label, is_question_label, is_source_label
from retrieval.writing.sentence_ends import ends_before, has_stop, is_finished

_OVERLONG = 1000  # characters from which a sentence is not kept whole any more
_KEPT_OF_OVERLONG = 200
_PREFIX = regex.compile(r"(?:[-+•–—▪◦‣●○·]\s+|>\s*|#{1,6}\s+|(?P<number>\p{Nd}{1,2})[.)]\s+)")
_OF_PREFIX = frozenset("-+•–—▪◦‣●○·>#.)0123456789")
_WRITTEN = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence as the model wrote it, with `CITED` where ids stood."""

    text: str
    """Empty if it was too long to be kept."""
    ids: tuple[str, ...]


class Units:
    """Reads prose and gives its sentences as soon as they are certain.

    Ids stand before the full stop or behind it; at the start of a line, or on a line of their own, too. What is neither
    ended by ids nor by a full stop ends with its line, unless the next one goes on in lower case.
    """

    def __init__(self, known: Collection[str], marker: str) -> None:
        """Begin at the start of a line; see `DraftReader`."""
        self.over = False
        """A list of sources or a new question has begun: nothing of the answer follows."""
        self._known = known
        self._marker = marker
        self._seen = ""
        """The end of what was read, as long as a marker with the word before it."""
        self._echoes = False
        self._skips_line = False
        self._pending = ""
        """A sentence without ids, which may stand on the next line."""
        self._runs_on = False
        """Whether the pending one may go on there itself."""
        self._cited_any = False
        self._number = 0
        self._labelled: list[str] | None = None
        """Ids behind `Source:`; None elsewhere."""
        self._begin_line()

    def _begin_line(self) -> None:
        self._text = ""
        self._ids: list[str] = []
        self._cut_at: int | None = None
        """Where the sentence ends unless the bracket that opens there holds ids."""
        self._full: tuple[int, int] | None = None
        """Where a sentence that had ids ended before further ids, and how many it had."""
        self._fresh = True
        """Whether only a bullet, a number or nothing has been read of the line."""
        self._at_line_start = True
        self._heading = False
        self._overlong = False

    def read(self, character: str) -> list[Unit]:
        """Return the sentences that have become certain with one more character."""
        if self.over or self._is_echo(character):
            return []
        if character == "\n":
            return self._end_line()
        if self._skips_line:
            return []
        if character == " ":
            self._text += " " if self._text and not self._text.endswith(" ") else ""
            return []
        if self._fresh:
            self._take_prefix(character)
        if character in BRACKETS:
            return self._closing(character)
        if self._labelled is not None:
            return self._behind_label(character)
        if self._cut_at is None:
            return self._plain(character)
        self._text += character
        return self._cut(self._cut_at) if len(self._text) - self._cut_at > LONGEST else []

    def end(self, *, cut: bool) -> list[Unit]:
        """Return what is left; with `cut` without the last sentence, if it is not finished."""
        if self.over:
            return self._unpend()
        if cut and self._labelled is None:
            rest = self._cut(self._cut_at) if self._cut_at is not None else []
            if not rest and is_finished(self._text):
                rest = self._finished(self._text)
            return rest + self._unpend()
        return self._end_line() + self._unpend()

    def _is_echo(self, character: str) -> bool:
        """Tell whether a character is of what stands between markers, which a model that repeats its prompt writes."""
        if not self._marker:
            return False
        self._seen = (self._seen + character)[-len(self._marker) - 8 :]
        if self._seen.endswith(self._marker):
            self._echoes = "END" not in self._seen[: -len(self._marker)].upper()
            self._begin_line()
            self._skips_line = True
        return self._echoes

    def _take_prefix(self, character: str) -> None:
        """Drop a bullet, a number in sequence or a heading's mark before the first character of the text proper."""
        match = _PREFIX.fullmatch(self._text)
        if match is not None and (match["number"] is None or int(match["number"]) == self._number + 1):
            self._number += match["number"] is not None
            self._heading = self._heading or self._text.startswith("#")
            self._text = ""
        elif character not in _OF_PREFIX:
            self._fresh = False
        if not self._text and self._at_line_start and self._runs_on and character.islower():
            self._text, self._pending = f"{self._pending} ", ""
        self._at_line_start = False

    def _plain(self, character: str) -> list[Unit]:
        if character in ":：" and self._takes_label():
            return []
        done = self._before_ids() if self._full is not None and character.islower() else []
        self._full = None
        if not self._text.startswith("|") and ends_before(self._text, character):
            if character in OPENING:
                self._cut_at = len(self._text)
            else:
                done = self._cut(len(self._text))
        self._text += character
        if len(self._text) > _OVERLONG:
            self._text, self._overlong = self._text[-_KEPT_OF_OVERLONG:], True
        return done

    def _before_ids(self) -> list[Unit]:
        """Return the sentence before ids that open another: `It is shut [1.1]. [1.2] says so, too.`"""
        assert self._full is not None
        end, had = self._full
        ids, self._ids = self._ids[had:], self._ids[:had]
        done = self._cut(end)
        self._text, self._ids = f"{CITED} ", ids
        return done

    def _takes_label(self) -> bool:
        """Take in `Source:`, `Answer:` and `Question:` where they open a sentence."""
        if is_source_label(self._text):
            self._labelled = []
            self.over = not self._pending
        elif is_question_label(self._text):
            self.over = self._cited_any
            self._skips_line = True
        elif not is_answer_label(self._text):
            return False
        self._text = ""
        return True

    def _behind_label(self, character: str) -> list[Unit]:
        if character in OPENING:
            self._text += character
        elif self._labelled and character.isalnum() and not self._text:
            return [*self._end_label(), *self._plain(character)]
        elif self._text or character.isalnum():
            self._text += character
        return []

    def _end_label(self) -> list[Unit]:
        ids, self._labelled, self._text = self._labelled or [], None, ""
        self.over = not (ids and self._pending)
        done = [] if self.over else [self._cited(self._pending, ids)]
        self._pending = self._pending if self.over else ""
        return done

    def _closing(self, character: str) -> list[Unit]:
        """Take a closing bracket, and what is in it for ids if it is."""
        start = self._text.rfind(BRACKETS[character])
        between = self._text[start + 1 :]
        nothing_else = start >= 0 and only_cites(between)
        ids = ids_in(between, BRACKETS[character], self._known) if 0 <= start >= len(self._text) - LONGEST - 1 else None
        if ids is None and not nothing_else:
            self._text += character
            return [] if self._cut_at is None else self._cut(self._cut_at)
        if self._labelled is not None:
            self._labelled.extend(ids or ())
            self._text = ""
            return []
        done: list[Unit] = []
        if self._cut_at is not None and self._text.startswith(CITED):  # ids come before their sentences here
            done = self._cut(self._cut_at)
            start = 0
        elif self._cut_at is not None and self._ids:
            self._full = (self._cut_at, len(self._ids))
        self._cut_at = None
        self._text = self._text[:start] + CITED
        self._ids.extend(ids or ())
        return done

    def _cut(self, end: int) -> list[Unit]:
        sentence, rest = self._text[:end], self._text[end:]
        done = self._finished(sentence)
        self._text, self._ids, self._cut_at, self._full = rest, [], None, None
        return done

    def _finished(self, sentence: str) -> list[Unit]:
        """Return the sentence if it has ids; else keep it until it is known that none follow."""
        before = self._unpend()
        text = "" if self._overlong else sentence.strip()
        self._overlong = False
        if self._ids:
            return [*before, self._cited(text, self._ids)]
        self._pending, self._runs_on = text, False
        return before if text else [*before, Unit("", ())]

    def _cited(self, text: str, ids: list[str]) -> Unit:
        self._cited_any = True
        return Unit(text, tuple(dict.fromkeys(ids)))

    def _unpend(self) -> list[Unit]:
        pending, self._pending, self._runs_on = self._pending, "", False
        return [Unit(pending, ())] if pending else []

    def _end_line(self) -> list[Unit]:
        done: list[Unit] = []
        if self._skips_line:
            self._skips_line = False
        elif self._labelled is not None:
            done = self._end_label()
        else:
            done = self._cut(self._cut_at) if self._cut_at is not None else []
            done += self._last_of_line()
        self._begin_line()
        return done

    def _last_of_line(self) -> list[Unit]:
        text = self._text.strip()
        if not _WRITTEN.search(text):
            if not (self._ids and self._pending):
                return []
            pending, self._pending = self._pending, ""
            return [self._cited(pending, self._ids)]
        if is_source_label(text):
            self.over = True
            return []
        if text.startswith("|"):
            text = " – ".join(cell.strip() for cell in text.split("|") if cell.strip(f" {CITED}"))
        if (self._heading or self._text.startswith("|")) and not self._ids:
            return []
        done = self._finished(text)
        self._runs_on = bool(self._pending) and not has_stop(text)
        return done
