"""Pages of a fictional newspaper, and what comes of reading them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.fetching.client import Fetcher
from ingest.sources.draft import Draft, Problem
from ingest.web.gathering import Gathering, WebSources
from ingest.web.links import Link
from ingest.web.pages import PageReader
from ingest.workers import Workers

BRIDGE = (
    "The harbour bridge in Westmere was closed on Monday morning. Inspectors had found rust in eleven of its hanger "
    "cables, and the city engineer asked for the closure within the hour. Buses are diverted through the old tunnel.",
    "The cables have to be replaced one by one, which the city expects to take nine weeks. Ferries run every twenty "
    "minutes until then, and cyclists may take their bicycles along without paying for them.",
)
WHALE = (
    "The natural history museum has bought the skeleton of a sperm whale that was found on the beach of Skarrow Head "
    "eleven years ago. It is sixteen metres long and will hang in the entrance hall from September.",
    "The bones lay in a barn for years because nobody knew how to get the oil out of them. A taxidermist from Ennoway "
    "spent two winters with warm water, patience and a great many paper towels.",
)


def page(title: str = "Bridge closes", text: tuple[str, ...] = BRIDGE, head: str = "", below: str = "") -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>{head}</head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article>{below}</body></html>"
    )


def rss(*items: str, title: str = "The Westmere Post") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{title}</title><link>https://post.example/</link>{''.join(items)}</channel></rss>"
    )


def item(link: str, title: str = "From the feed", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def body(text: tuple[str, ...]) -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    return f"<content:encoded><![CDATA[{paragraphs}]]></content:encoded>"


@dataclass
class Reads:
    """Reads with one client and its workers, and remembers what was told."""

    fetcher: Fetcher
    workers: Workers
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    left_out: int = 0
    known: list[int] = field(default_factory=list)

    def all(self, sources: WebSources) -> list[Draft]:
        told = (self.problems.append, self.notices.append, self.known.append)
        with Gathering(self.fetcher, self.workers, *told) as gathering:
            drafts = list(gathering.drafts(sources))
        self.left_out = gathering.left_out
        return drafts

    def one(self, url: str) -> Draft:
        """The article of a page; fails with the reason when there is none."""
        outcome = PageReader(self.fetcher, self.workers).reading(Link(url, url)).outcome
        assert isinstance(outcome, Draft), outcome
        return outcome

    def reasons(self) -> list[str]:
        return [problem.reason for problem in self.problems]
