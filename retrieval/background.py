"""How common terms are in general text, so that idf says something in a catalogue of few articles too.

`background_terms.tsv` beside this file holds, for a language, the terms that stand in at least one of a thousand passages
of general text, and the share of those passages that have them. They were counted in the articles of four public sets for
English, CLAP NQ (Apache-2.0), MTRAG (Apache-2.0), MultiHop-RAG (ODC-BY) and the texts of Chroma's study of chunking (MIT),
and of TyDi QA (Apache-2.0) for Russian; nothing but the counts was kept. The file is made by

    python -m retrieval.background FOLDER ... --language en --write

from folders that hold an `articles.jsonl` with a `title` and a `text` on each line, and has to be made again whenever
`retrieval.lexical` changes what terms it makes.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path

from retrieval.lexical import terms

PSEUDO_PASSAGES = 100
"""Passages that the background counts for beside the catalogue's own. By BM25 alone, in catalogues of 1, 2 and 8 to 12
articles of XQuAD English and SQuAD 2.0: mean passage @1 .875 without a background and .879 / .880 / .879 with 30 / 100
/ 300 of them, passage @5 .977 and .978 / .979 / .980."""

_FILE = Path(__file__).with_name("background_terms.tsv")
_LEAST = 1e-3  # share of passages from which a term is kept
_UNLISTED = 3e-4  # share that a term which is not kept is taken to have
_CHARACTERS = 800  # of a passage, about what the encoder's window takes
_MOST_OF_ONE = 20  # passages of one article that are counted: a long text repeats its own words
_DIGITS = 4  # of a share


def idf(frequencies: Mapping[str, int], passages: int, language: str | None) -> dict[str, float]:
    """Return the inverse document frequency of terms, pooled from the catalogue and the background.

    The background counts as `PSEUDO_PASSAGES` more passages: it decides in a catalogue of one article and fades as the
    catalogue grows. The form is Lucene's, ln(1 + (N - n + 0.5) / (n + 0.5)), which stays positive for terms in most
    passages. A language without a background has the catalogue's own frequencies alone.

    Args:
        frequencies: in how many of the catalogue's passages each term stands, 0 for none.
        passages: how many the catalogue has.
        language: of the question, BCP 47 primary subtag.
    """
    shares = _backgrounds().get(language or "")
    if not shares:
        return {term: _lucene(n, passages) for term, n in frequencies.items()}
    return {
        term: _lucene(n + PSEUDO_PASSAGES * shares.get(term, _UNLISTED), passages + PSEUDO_PASSAGES)
        for term, n in frequencies.items()
    }


def sentence_idf(frequencies: Mapping[str, int], passages: int, language: str | None) -> dict[str, float]:
    """Return the weights of terms for choosing a sentence: of each, the larger share of catalogue and background counts.

    Within an article its own subject says little of a sentence, however rare it is elsewhere, so that pooling as `idf`
    does costs here (sentence @1 in the right passage, as above: .890 without a background, .885 pooled, .891 so).
    Arguments are those of `idf`.
    """
    shares = _backgrounds().get(language or "", {})
    return {term: _lucene(max(n, passages * shares.get(term, 0.0)), passages) for term, n in frequencies.items()}


def _lucene(n: float, passages: float) -> float:
    return math.log(1 + (passages - n + 0.5) / (n + 0.5))


@cache
def _backgrounds() -> dict[str, dict[str, float]]:
    """Return by language the share of passages that have each term."""
    rows = (line.split("\t") for line in _FILE.read_text("utf-8").splitlines() if line[:1] not in ("", "#"))
    return {
        language: {term: float(share) for _, term, share in of_language}
        for language, of_language in groupby(rows, key=lambda row: row[0])
    }


def count(articles: Iterable[Mapping[str, str]], language: str) -> tuple[Counter[str], int]:
    """Return in how many passages each term stands, with its article's title as in the index, and how many there are."""
    found: Counter[str] = Counter()
    passages = 0
    for article in articles:
        title = set(terms(article["title"], language))
        for passage in _spread(_passages(article["text"])):
            found.update(title.union(terms(passage, language)))
            passages += 1
    return found, passages


def _spread(passages: list[str]) -> list[str]:
    """Return at most `_MOST_OF_ONE` passages, evenly from the whole article."""
    most = min(_MOST_OF_ONE, len(passages))
    return [passages[n * len(passages) // most] for n in range(most)]


def _passages(text: str) -> list[str]:
    passages, start = [], 0
    while len(text) - start > _CHARACTERS:
        end = max(text.rfind(" ", start, start + _CHARACTERS), text.rfind("\n", start, start + _CHARACTERS))
        end = end if end > start else start + _CHARACTERS
        passages.append(text[start:end])
        start = end
    return [*passages, text[start:]]


def _articles(folders: Iterable[Path]) -> Iterator[Mapping[str, str]]:
    for folder in folders:
        with (folder / "articles.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def _table(found: Counter[str], passages: int) -> dict[str, float]:
    shares = {term: round(n / passages, _DIGITS) for term, n in found.items() if n / passages >= _LEAST and n > 1}
    return dict(sorted(shares.items()))


def _file(tables: Mapping[str, Mapping[str, float]]) -> str:
    header = [
        "# Language, term as retrieval.lexical makes it, share of passages of general text that have it.",
        "# Counted in CLAP NQ (Apache-2.0), MTRAG (Apache-2.0), MultiHop-RAG (ODC-BY), Chroma's chunking study (MIT) and,",
        "# for Russian, TyDi QA (Apache-2.0). Made by `python -m retrieval.background`; not to be edited.",
    ]
    rows = [
        f"{language}\t{term}\t{share:g}" for language, table in sorted(tables.items()) for term, share in table.items()
    ]
    return "\n".join([*header, *rows, ""])


def main(arguments: list[str] | None = None) -> int:
    """Count terms in folders of articles and, where asked to, put them into the file; return 0, or 1 without a text."""
    parser = argparse.ArgumentParser(
        prog="python -m retrieval.background", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="holds an articles.jsonl")
    parser.add_argument("--language", required=True, help="BCP 47 primary subtag of the articles, such as en")
    parser.add_argument("--write", action="store_true", help="replace the language's terms in the file of the package")
    options = parser.parse_args(arguments)
    found, passages = count(_articles(options.folders), options.language)
    if not passages:
        sys.stderr.write(f"{parser.prog}: there is no article in these folders; name others.\n")
        return 1
    table = _table(found, passages)
    covered = sum(found[term] for term in table) / max(found.total(), 1)
    sys.stdout.write(f"{passages} passages, {len(found)} terms, {len(table)} kept: {covered:.1%} of what they hold\n")
    if options.write:
        _FILE.write_text(_file({**_backgrounds(), options.language: table}), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
