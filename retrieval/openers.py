"""Sentences that open with a pronoun or a connective, and so say little without the one before them. Pure."""

from __future__ import annotations

import re

_BACKWARDS = {
    "en": "he she it they his her its their him them this that these those but and however also then there instead "
    "so yet therefore thus hence moreover furthermore nevertheless nonetheless consequently similarly "
    "likewise meanwhile otherwise afterwards subsequently accordingly nor such both others",
    "de": "er sie es dies diese dieser dieses diesem diesen ihr ihre ihren ihrem ihrer sein seine seinen seinem "
    "seiner ihm aber und doch dann dort jedoch allerdings außerdem zudem daher deshalb deswegen dadurch dabei "
    "damit danach dafür trotzdem dennoch somit also so hier ferner auch hingegen letztere letzterer beide",
    "ru": "он она оно они его её ее их им ему ей этот эта это эти этого этой этих этому этим этими эту но и а "
    "однако затем там тогда потом поэтому также тоже впрочем зато здесь таким такой такая такие такое причём "
    "причем оба обе",
    "es": "él ella ello ellos ellas este esta esto estos estas ese esa eso esos esas aquel aquella su sus pero y "
    "también además entonces luego así ahí allí tampoco ambos ambas",
    "fr": "il elle ils elles ce c cet cette ces ceci cela celui-ci celle-ci ceux-ci son sa ses leur leurs mais et "
    "donc ainsi cependant toutefois puis alors or néanmoins pourtant aussi",
    "pt": "ele ela eles elas este esta estes estas isso isto esse essa esses essas seu sua seus suas mas e porém "
    "contudo também então assim portanto todavia ambos",
    "it": "egli ella esso essa essi esse lui lei loro questo questa questi queste quello quella suo sua suoi sue ma "
    "e però tuttavia inoltre quindi allora poi così infatti anche entrambi",
}
_EVERY_LANGUAGE = frozenset(word for words in _BACKWARDS.values() for word in words.split() if len(word) > 1)
_OF_LANGUAGE = {language: frozenset(words.split()) for language, words in _BACKWARDS.items()}
_PHRASES = re.compile(
    r"(?:in addition|in contrast|as a result|for (?:example|instance)|on the other hand|at the same time"
    r"|the (?:latter|former)"
    r"|after (?:this|that|which)|because of (?:this|that)|in (?:this|that|these|those)|zum beispiel|darüber hinaus"
    r"|кроме того|таким образом|тем не менее|при этом|после этого|к тому же|в то же время|например|с этого времени"
    r"|в (?:этом|этой|этот)|sin embargo|por (?:ejemplo|lo tanto|eso|ello)|no obstante|en (?:este|ese|esta|esa)"
    r"|par (?:exemple|ailleurs|conséquent)|en (?:outre|effet|revanche)|de plus|no entanto|além disso|por (?:exemplo"
    r"|isso)|ad esempio|per (?:esempio|questo)|di conseguenza)\b",
    re.IGNORECASE,
)
_HAN = re.compile(
    r"[他她它]|这|該|该|此|其(?![他她它中余])|但(?![丁泽])|然而|因此|所以|而且|另外|同时|例如|彼|これ|それ|この|その|しかし|また|そして"
)
# Words of the list above that for once do not point back.
_FORWARDS = re.compile(
    r"there (?:is|are|was|were|has been|have been|will be)\b|so (?:far|many|much)\b|(?:so|then|it|this)-|instead of\b"
    r"|this (?:week|month|year|morning|evening|spring|summer|autumn|fall|winter)\b"
    r"|(?:those|such|both) (?:who|which|that|as|of)\b|both \w+ and\b|(?:his|her) (?:majesty|excellency|holiness)\b"
    r"|it (?:is|was|has been) (?:\w+ )?(?:said|believed|estimated|thought|known|reported|expected|argued|claimed"
    r"|possible|likely)\b"
    r"|es (?:gibt|gab|ist bekannt)\b|also known\b|so (?:genannt|dass)|so wie\b|also\.|и́|это было в \d|il (?:y a"
    r"|faut)\b|e\. |y\. ",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"[\s\"'“”‘’«»„—–\-(\[¿¡]*")
_WORD = re.compile(r"[^\W\d_]+(?:-ci)?(?![\u0300-\u036f])")


def leans_back(text: str, language: str | None = None) -> bool:
    """Tell whether a sentence opens with a pronoun or a connective.

    Args:
        text: a sentence.
        language: its BCP 47 primary subtag; where None or unknown, the words of every language known here count.
    """
    start = _BEFORE.match(text)
    opening = text[start.end() if start else 0 :][:60]
    if _PHRASES.match(opening) or _HAN.match(opening):
        return True
    word = _WORD.match(opening)
    if word is None or _FORWARDS.match(opening):
        return False
    first = word.group()
    if first[1:].isupper():  # IT companies, not it
        return False
    return first.casefold() in _OF_LANGUAGE.get(language or "", _EVERY_LANGUAGE)
