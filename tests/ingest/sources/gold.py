"""The pages in tests/data/pages: what each is expected to give, its main text as marked up, and how near a text is to it.

A page begins with a comment of `key: value` lines (`-` stands for nothing); its main text stands between `<!--main-->`
and `<!--/main-->`, in as many pieces as it takes. No reader sees these comments.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parents[2] / "data" / "pages"

_EXPECTS = re.compile(r"\A<!--expects\n(.*?)\n-->\n", re.DOTALL)
_MAIN = re.compile(r"<!--main-->(.*?)<!--/main-->", re.DOTALL)
_TOKEN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W\u3040-\u30ff\u4e00-\u9fff]+")  # a sign, or a word


@dataclass(frozen=True)
class GoldPage:
    name: str
    content: str
    expected: dict[str, str]
    main: str
    """Empty where the page is to be refused."""


def gold_pages() -> list[GoldPage]:
    return [_page(path) for path in sorted(PAGES.glob("*.html"))]


def tokens(text: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(text)]


def agreement(text: str, gold: str) -> tuple[float, float]:
    """Return precision and recall of the words of `text`, each counted as often as it is there."""
    found, wanted = Counter(tokens(text)), Counter(tokens(gold))
    common = sum((found & wanted).values())
    return common / max(sum(found.values()), 1), common / max(sum(wanted.values()), 1)


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _page(path: Path) -> GoldPage:
    raw = path.read_text(encoding="utf-8")
    header = _EXPECTS.match(raw)
    assert header is not None, f"{path.name} does not begin with what is expected of it"
    expected = dict(line.split(": ", 1) for line in header[1].splitlines())
    marked = raw[header.end() :]
    content = marked.replace("<!--main-->", "").replace("<!--/main-->", "")
    main = " ".join(
        html.unescape(re.sub(r"<(/?)(b|i|em|strong|code|kbd)>", "", piece)) for piece in _MAIN.findall(marked)
    )
    return GoldPage(path.stem, content, expected, re.sub("<[^<>]*>", " ", main).strip())
