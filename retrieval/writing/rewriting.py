"""A follow-up to a question that stands alone, rewritten by the chat model and checked before it is searched for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from retrieval.chat import small_talk
from retrieval.condense import stand_alone
from retrieval.leaning import Word, is_name, language_of, words
from retrieval.models import Turn
from retrieval.stopping import Stop

if TYPE_CHECKING:
    from retrieval.writing.chat_model import Piece, Usage

REWRITING_VERSION = 1
"""Of the prompt: another number whenever its words change."""

_SYSTEM = (
    "You rewrite the last question of a conversation so that it can be understood without the questions before it. "
    "Put what words like it, he, there or that one stand for in their place, and add the place, time or thing that is "
    "left unsaid. Take these words from the questions before. Change nothing else: same language, same wish, no answer. "
    "Write the rewritten question alone, on one line.\n\n"
    "Example\n"
    "Question before: Who built the lighthouse of Ennoway in 1874?\n"
    "Last question: And when was it sold?\n"
    "Rewritten: When was the lighthouse of Ennoway sold?"
)
_MOST_TURNS = 6  # earlier questions that the model is shown
_LONGEST_TURN = 300  # characters of each that it is shown
_LONGEST = 300  # characters of what it may write
_MOST_TOKENS = 160

_SHORTEST_INFLECTED = 4
_KNOWN = 0.3
"""Share of the words that is empty in one of the languages that `leaning` knows, if a conversation is in one of them."""

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r"^\W*(?:the )?(?:rewritten|stand-?alone|last)?\s*(?:question|rewritten)?\W*:\s*", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"[\[\]{}<>|*#`\\_~]|://|www\.|@|\bt\.me\b")
_QUOTES = "\"'“”„«»‘’ "
_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff"  # Thai, Lao, Japanese, Chinese: a character for a word
_UNIT = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+")


class Streams(Protocol):
    """What writes: `ChatModel`."""

    def stream(
        self, system: str, user: str, *, stop: Stop, most_tokens: int, on_usage: Callable[[Usage], None]
    ) -> Iterator[Piece]:
        """Yield what the model writes, piece by piece."""
        ...


def stand_alone_by_model(
    text: str, history: Sequence[Turn], model: Streams, *, stop: Stop, on_usage: Callable[[Usage], None]
) -> str:
    """Return a question in a form that stands alone: the model's where that can be trusted, else the resolver's.

    A question that stands alone as it is, as the first of a conversation does, stays as it is, and the model is not
    asked. In a language of which it cannot be told whether it does, the model is asked. Answers in the history are not
    shown to it: they are text of articles.

    Raises:
        WriterUnavailable: the model does not answer.
        Stopped: the answer is not wanted any more.
    """
    resolved = stand_alone(text, history)
    earlier = [turn.content for turn in history if turn.role == "user" and small_talk(turn.content) is None]
    if not earlier or (resolved == text and _known_language(*earlier, text)):
        return text
    pieces = model.stream(_SYSTEM, _user(text, earlier), stop=stop, most_tokens=_MOST_TOKENS, on_usage=on_usage)
    written = _only_line("".join(piece.text for piece in pieces))
    return written if _can_be_trusted(written, text, earlier) else resolved


def _user(text: str, earlier: Sequence[str]) -> str:
    before = "\n".join(f"Question before: {_line(question)}" for question in earlier[-_MOST_TURNS:])
    return f"{before}\nLast question: {_line(text)}\nRewritten:"


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_TURN]


def _only_line(written: str) -> str:
    """Return the one line that a model wrote without what it is called and the quotation marks; nothing for several."""
    lines = [line for line in map(str.strip, _THOUGHT.sub("", written).splitlines()) if line]
    if len(lines) > 1 and lines[0].endswith(":"):
        del lines[0]
    return _LABEL.sub("", lines[0]).strip(_QUOTES) if len(lines) == 1 else ""


def _known_language(*questions: str) -> bool:
    said = [word.folded for question in questions for word in words(question)]
    empty = language_of(" ".join(questions)).empty
    return sum(word in empty for word in said) >= _KNOWN * len(said)


def _can_be_trusted(written: str, text: str, earlier: Sequence[str]) -> bool:
    """Say whether what a model wrote asks the question still, with words of the conversation for what it leaves out.

    It keeps the question's names and numbers and half of its other telling words, has no name or number that nobody
    mentioned, half of its own telling words were said before, and it says few of them twice.
    """
    if not written or len(written) > _LONGEST or _NOT_PLAIN.search(written) or not written.isprintable():
        return False
    empty = language_of(" ".join([*earlier, text])).empty
    theirs, own = _units(written), _units(text)
    new = {word.folded for word in theirs}
    known = {word.folded for question in (*earlier, text) for word in _units(question)}
    said = [word for word in theirs if is_name(word, theirs) or word.folded not in empty]
    asked = [word for word in own if is_name(word, own) or word.folded not in empty]
    return (
        all(_among(word, known) for word in said if is_name(word, theirs))
        and all(_among(word, new) for word in asked if is_name(word, own))
        and len(said) <= 2 * len({word.folded for word in said})
        and 2 * sum(_among(word, known) for word in said) >= max(1, len(said))
        and 2 * sum(_among(word, new) for word in asked) >= len(asked)
    )


def _units(text: str) -> list[Word]:
    return [Word(match.group(), match.start(), match.end()) for match in _UNIT.finditer(text)]


def _among(word: Word, known: set[str]) -> bool:
    """Say whether a word is among others, perhaps with another ending."""
    folded = word.folded
    if folded in known or len(folded) < _SHORTEST_INFLECTED or not folded.isalpha():
        return folded in known
    stem = folded[: max(_SHORTEST_INFLECTED, len(folded) - 3)]
    return any(one.startswith(stem) for one in known)
