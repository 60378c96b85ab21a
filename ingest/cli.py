"""The ingest command: articles in, and what an operator does with those that are there."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ingest.ingest_command import check_usage, ingest_parser
from ingest.watching.commands import refresh_parser, sources_parser, watch_parser
from retrieval.command import parse_in_any_order, run_command

if TYPE_CHECKING:
    from retrieval.catalog import Catalog
    from retrieval.models import StoredArticle
    from retrieval.settings import Settings

_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, 1 when anything failed, 2 for wrong usage or a wrong setting, 128 + n for signal n."""
    words = sys.argv[1:] if arguments is None else arguments
    options = _parse(words)
    return run_command("citegram-ingest", lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    from retrieval.catalog import Catalog
    from retrieval.errors import CitegramError, SettingsError
    from retrieval.settings import load_settings

    try:
        settings = load_settings()
        catalog = Catalog.in_directory(settings.data_dir)
        try:
            run: Callable[[argparse.Namespace, Settings, Catalog], int] = options.run
            return run(options, settings, catalog)
        finally:
            catalog.close()
    except CitegramError as error:
        sys.stderr.write(f"citegram-ingest: {error}\n")
        return _USAGE if isinstance(error, SettingsError) else 1


# Commands that change the catalogue


def _remove(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    from ingest.lock import writing
    from ingest.remove import remove_articles
    from ingest.run import opened_index

    with writing(settings.data_dir, wait=options.wait), opened_index(settings, catalog) as index:
        removal = remove_articles(catalog, index, options.ids)
    for article_id in removal.removed:
        _print(f"removed {article_id}")
    for article_id in removal.unknown:
        sys.stderr.write(f"citegram-ingest: there is no article {article_id!r}; `citegram-ingest list` shows them\n")
    if removal.trouble:
        sys.stderr.write(f"citegram-ingest: {removal.trouble}\n")
    return 1 if removal.unknown or removal.traces_left else 0


def _reindex(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    from ingest.lock import writing
    from ingest.reindex import encode_anew, rebuild_index
    from ingest.run import opened_index
    from retrieval.encoder import Encoder

    with writing(settings.data_dir, wait=options.wait), opened_index(settings, catalog) as index:
        if options.encode:
            sys.stderr.write("loading the embedding model ...\n")
            encoder = Encoder(settings.embedding_model)
            articles = encode_anew(catalog, encoder, lambda article_id: _tell(f"{article_id}: encoded"))
            _tell(f"{articles} articles encoded with {encoder.name}")
        passages = rebuild_index(catalog, index)
    _tell(f"The vector index holds {passages} passages, in {settings.data_dir}")
    return 0


# Commands that only read


def _list(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    for stored in catalog.articles():
        if options.json:
            _print_json(_listed(stored))
        else:
            article = stored.article
            _print("  ".join((article.id, article.published or "-", article.source or "-", article.title)))
    return _hint_when_empty(settings, catalog)


def _show(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    stored = catalog.article(options.id)
    if stored is None:
        sys.stderr.write(f"citegram-ingest: there is no article {options.id!r}; `citegram-ingest list` shows them\n")
        return 1
    if options.json:
        _print_json({**_listed(stored), "text": stored.article.text, "metadata": dict(stored.article.metadata)})
    else:
        for name, value in _listed(stored).items():
            _print(f"{name}: {value if value is not None else '-'}")
        _print(f"\n{stored.article.text}")
    return 0


def _export(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    from ingest.export import export_articles

    count = export_articles(catalog, options.file)
    _tell(f"{count} articles exported from {settings.data_dir}")
    return 0


def _stats(options: argparse.Namespace, settings: Settings, catalog: Catalog) -> int:
    summary, model = catalog.summary(), catalog.embedding_model
    facts: dict[str, Any] = {
        "articles": summary.articles,
        "passages": summary.passages,
        "sources": len(summary.sources),
        "from": summary.period.from_,
        "to": summary.period.to,
        "embedding_model": model.name if model else None,
        "dimensions": model.dimensions if model else None,
        "queued_for_index": len(catalog.pending(1_000_000)),
        "bytes": catalog.path.stat().st_size,
        "data_dir": summary.data_dir,
    }
    if options.json:
        _print_json(facts)
    else:
        for name, value in facts.items():
            _print(f"{name}: {value if value is not None else '-'}")
    return 0


def _hint_when_empty(settings: Settings, catalog: Catalog) -> int:
    if not catalog.summary().articles:
        _tell(f"There are no articles yet in {settings.data_dir}; add some with `citegram-ingest PATH ...`")
    return 0


def _listed(stored: StoredArticle) -> dict[str, Any]:
    article = stored.article
    return {
        "id": article.id, "title": article.title, "source": article.source, "author": article.author,
        "url": article.url, "published": article.published, "language": article.language,
        "passages": stored.passages, "version": stored.version, "hash": stored.hash,
    }  # fmt: skip


def _print_json(value: dict[str, Any]) -> None:
    _print(json.dumps(value, ensure_ascii=False))


def _print(text: str) -> None:
    """Write UTF-8 whatever the terminal's encoding, as `ask` does: no letter of an article may be in the way."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


# The command line


def _parse(words: list[str]) -> argparse.Namespace:
    command = next((word for word in words if not word.startswith("-")), None)
    if command in _SUBCOMMANDS and (words[0] == command or set(words[: words.index(command)]) <= {"--json", "--wait"}):
        rest = [*words]
        rest.remove(command)
        return parse_in_any_order(_SUBCOMMANDS[command](f"citegram-ingest {command}"), rest)
    options = parse_in_any_order(ingest_parser(), words)
    check_usage(options)
    return options


def _reading(prog: str, run: Callable[..., int], about: str, argument: str | None = None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description=about)
    if argument is not None:
        parser.add_argument(argument, type=_id)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _id(word: str) -> str:
    """Return an id as it was typed; that of a file whose name is no text, as it is kept."""
    from ingest.sources.addresses import shown_path

    return shown_path(word) if any("\ud800" <= character <= "\udfff" for character in word) else word


def _list_parser(prog: str) -> argparse.ArgumentParser:
    return _reading(prog, _list, "List the articles by id; with --json one JSON object a line.")


def _show_parser(prog: str) -> argparse.ArgumentParser:
    return _reading(prog, _show, "Show one article with its canonical text.", "id")


def _stats_parser(prog: str) -> argparse.ArgumentParser:
    return _reading(prog, _stats, "Count what is in the catalogue.")


def _export_parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="Write all articles as JSON Lines, ordered by id.")
    parser.add_argument("file", metavar="FILE", help="the file to write, or - for standard output")
    parser.set_defaults(run=_export)
    return parser


def _remove_parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Remove articles with every trace. The vector index is made anew for it, 1,000 passages in 1 or 2 s, "
        "so name all of them at once.",
    )
    parser.add_argument("ids", nargs="+", metavar="ID", type=_id)
    parser.add_argument("--wait", action="store_true", help="wait for another ingest to end")
    parser.set_defaults(run=_remove)
    return parser


def _reindex_parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="Build the vector index anew from the catalogue's vectors.")
    parser.add_argument("--encode", action="store_true", help="encode all articles anew first, after a change of model")
    parser.add_argument("--wait", action="store_true", help="wait for another ingest to end")
    parser.set_defaults(run=_reindex)
    return parser


_SUBCOMMANDS: dict[str, Callable[[str], argparse.ArgumentParser]] = {
    "watch": watch_parser,
    "refresh": refresh_parser,
    "sources": sources_parser,
    "list": _list_parser,
    "show": _show_parser,
    "remove": _remove_parser,
    "export": _export_parser,
    "reindex": _reindex_parser,
    "stats": _stats_parser,
}
