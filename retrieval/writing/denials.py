"""What a text denies, and whether a sentence and its evidence disagree about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from retrieval.answers.words import words_in
from retrieval.function_words import FUNCTION_WORDS
from retrieval.lexical import stem

_TOKEN = regex.compile(
    r"(?P<short> ?n['’]t\b)|(?P<word>\p{L}+?(?= ?n['’]t\b)|[\p{L}\p{M}\p{N}]+)|(?P<end>[,;:!?…()\"“”«»]|''|``|\.(?!\p{N}))"
)
_DENIALS = words_in(
    "no not never none neither nor without cannot nobody nothing nowhere nicht kein keine keinen keinem keiner keines nie",
    "niemals ohne nichts niemand weder не нет ни никогда без нельзя ничего никто nunca sin jamás ningún ninguna nadie pas",
    "jamais aucun aucune sans rien não sem nem nenhum non mai senza nessun",
)
_SOFT = words_in(
    "deny denies denied fail fails failed failing refuse refuses refused lack lacks lacked lacking unable impossible",
    "unlikely few little hardly rarely barely scarcely seldom reject rejected rejects decline declined avoid avoided",
    "prevent prevented stop stopped against rather instead except unless false unknown unclear ended ceased illegal",
    "banned ban absent absence only solely less exempt free forbid forbidden prohibited",
    "отказался отказалась отказались отказал отрицает отрицал отрицала невозможно запрещено запретил лишь только мало",
    "verweigert verweigerte bestreitet bestritt lehnte ablehnte unmöglich verboten kaum nur wenig",
    "negó rechazó imposible prohibido apenas solo sólo refuse refusé impossible interdit seulement",
)
"""Words that deny without a negation: who says "did not accept" may rest on "refused"."""
_SOFT_START = regex.compile(r"(?:un(?!der|i|til)|dis(?!t|c|p)|non|без)\p{L}{4,}|\p{L}{3,}(?:less|los)$")
_NO_DENIAL = regex.compile(
    r"\bnot (?:only|just|merely)\b|\bno (?:longer than|doubt)\b|\bno\. ?\d|не только|nicht nur|no s[oó]lo|pas seulement",
    regex.IGNORECASE,
)
_VERB_BEFORE = frozenset({"de", "nl", "fr"})
"""Languages in which what is denied may stand before the word that denies it."""
_SCOPE = 3  # telling words of its clause that a denial reaches


@dataclass(frozen=True, slots=True)
class _Denied:
    """A denial with the stems of what it may deny: the nearest telling words of its clause, the nearest first."""

    behind: tuple[str, ...]
    before: tuple[str, ...]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(self.behind + self.before)

    @property
    def nearest(self) -> frozenset[str]:
        return frozenset(self.behind[:1] + self.before[:1])


class Denials:
    """What a text denies."""

    def __init__(self, text: str, language: str) -> None:
        """Read a text: its denials, and the stems of its telling words: those that may be denied, and the others."""
        function_words = FUNCTION_WORDS.get(language, frozenset())
        denied: list[_Denied] = []
        soft: set[str] = set()
        affirmed: set[str] = set()
        for clause in _clauses(_NO_DENIAL.sub(" ", text)):
            stems = [
                "" if word in _DENIALS or word in function_words else stem(word, language or None) for word in clause
            ]
            places = [n for n, word in enumerate(clause) if word in _DENIALS]
            softly = [n for n, word in enumerate(clause) if word in _SOFT or _SOFT_START.match(word)]
            denied += [_scope(stems, place, language) for place in places]
            beside = {n for place in softly for n in (place, *_reached(stems, place, language)[:1])}
            reached = beside.union(*(_reached(stems, place, language) for place in places))
            affirmed.update(stem for n, stem in enumerate(stems) if stem and n not in reached)
            soft.update(stems[n] for n in beside)
        self.denied = tuple(denied)
        self.softly = frozenset(soft)
        self.affirmed = frozenset(affirmed)

    @property
    def reach(self) -> frozenset[str]:
        """The stems of all that may be denied."""
        return frozenset().union(*(one.stems for one in self.denied))


def disagree(claim: Denials, evidence: Sequence[Denials]) -> bool:
    """Tell whether a claim denies what its evidence does not, or says what its evidence denies.

    Only where the words are the same: "not open" of what is closed is left to the comparison of meanings.
    """
    reach = frozenset().union(*(text.reach for text in evidence))
    affirmed = frozenset().union(*(text.affirmed for text in evidence))
    softly = frozenset().union(*(text.softly for text in evidence))
    for denial in claim.denied:
        if not reach and not softly:
            return True
        if denial.nearest.isdisjoint(reach) and denial.nearest and denial.nearest <= affirmed - softly:
            return True
    said = claim.affirmed - claim.reach - claim.softly
    return any(
        denial.nearest and denial.nearest <= said and not denial.nearest <= affirmed
        for text in evidence
        for denial in text.denied
    )


def _scope(stems: Sequence[str], place: int, language: str) -> _Denied:
    reached = [stems[n] for n in _reached(stems, place, language)]
    behind = sum(n > place for n in _reached(stems, place, language))
    return _Denied(tuple(reached[:behind]), tuple(reached[behind:]))


def _reached(stems: Sequence[str], place: int, language: str) -> list[int]:
    """Return where the words stand that a denial at a place may deny: behind it, then before it."""
    behind = [n for n in range(place + 1, len(stems)) if stems[n]][:_SCOPE]
    before = [n for n in range(place - 1, -1, -1) if stems[n]][:_SCOPE] if language in _VERB_BEFORE else []
    return behind + before


def _clauses(text: str) -> Iterator[list[str]]:
    """Yield the words of each clause in small letters; `n't` becomes `not`."""
    clause: list[str] = []
    for match in _TOKEN.finditer(text):
        if match["end"]:
            yield clause
            clause = []
        else:
            clause.append("not" if match["short"] else match["word"].lower())
    yield clause
