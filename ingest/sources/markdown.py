"""Markdown files: front matter, title and the text as a reader sees it."""

from __future__ import annotations

from ingest.sources.draft import Found
from ingest.sources.front_matter import split_front_matter
from ingest.sources.hidden import drop_hidden
from ingest.sources.reading import first_heading, parse_page, reading_text
from ingest.sources.titles import title_of, without_leading

_DEEPEST = 100  # levels of lists and quotes; below, markdown-it drops the text


def read_markdown(text: str) -> Found:
    """Read canonical `text`: title from the front matter, else the first heading, else the first line.

    A heading at the start that is the title does not stand in the text again. Pictures leave nothing, and neither does
    what the HTML in the text hides.

    Raises:
        ArticleError: the front matter is not valid YAML, or HTML in the text cannot be read.
    """
    front = split_front_matter(text)
    page = parse_page(f"<html><body>{_as_html(front.body)}</body></html>")
    drop_hidden(page)
    body = reading_text(page.body)
    fields = dict(front.fields)
    heading = first_heading(page.body)
    if fields.get("title") in (None, ""):
        fields["title"] = heading or title_of(body)
    title = fields["title"]
    if isinstance(title, str) and (heading or front.fields.get("title")):
        body = without_leading(body, title).strip("\n") or body
    return Found(body, fields, front.metadata, front.notices)


def _as_html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    return str(parser.render(markdown))
