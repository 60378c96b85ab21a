"""One seam fed by atheris, which is installed by `make fuzz` only; the process ends with the fuzzing."""

from __future__ import annotations

import sys

import atheris

_LED_BY = ["ingest", "feedparser", "mammoth", "markdown_it", "email", "yaml"]
"""Packages of which every branch counts that an input reaches; with those of lxml and trafilatura it is too slow."""


def main() -> None:
    """Feed the seam that the first argument names; the others are libFuzzer's."""
    with atheris.instrument_imports(include=_LED_BY, enable_loader_override=False):
        import ingest.documents.docx
        import ingest.documents.email_message
        import ingest.documents.epub
        import ingest.documents.telegram_export
        import ingest.sources.html
        import ingest.sources.markdown
        import ingest.web.feeds
        import ingest.web.outlinks
        import ingest.web.sitemaps  # noqa: F401 - readers are imported when the first of their kind comes
        from tests.ingest.fuzzing.seams import READS
    reads = READS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], reads)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
