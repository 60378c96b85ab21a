"""A page with its address, as a worker reads it."""

from __future__ import annotations

import pytest

from ingest.sources.draft import Found
from ingest.web.fetched import as_document, read_fetched
from retrieval.errors import ArticleError
from tests.ingest.web.reading import page


def found(html: str, address: str = "https://www.news.example:8080/a", public: bool = True) -> Found:
    [part] = read_fetched(as_document(html.encode(), address, public))
    return part.found


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param("The Post", "The Post", id="a name"),
        pytest.param("news.example:8080", None, id="the host, as if it were a name"),
        pytest.param("WWW.news.example", None, id="the host without its port"),
        pytest.param("other.example", "other.example", id="another host"),
    ],
)
def test_a_host_is_no_name_of_a_source(name: str, source: str | None) -> None:
    assert found(page(head=f'<meta property="og:site_name" content="{name}">')).fields.get("source") == source


@pytest.mark.parametrize(
    ("public", "kept_as"), [(True, "https://www.news.example:8080/a"), (False, "https://o.example/b")]
)
def test_only_ones_own_network_may_speak_for_other_sites(public: bool, kept_as: str) -> None:
    head = '<link rel="canonical" href="https://o.example/b">'
    assert found(page(head=head), public=public).fields["url"] == kept_as


def test_a_page_that_is_fetched_and_almost_empty_is_refused() -> None:
    with pytest.raises(ArticleError, match="is almost empty"):
        found("<p>Hello.</p>")
