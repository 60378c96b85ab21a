"""Two ingests at once: one writes, the other says who does, or waits."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.catalog import Catalog
from tests.building import write_jsonl
from tests.system.articles import facts, write_facts
from tests.system.processes import Ingesting, run
from tests.system.wholeness import assert_catalogue_is_whole, assert_index_is_right

pytestmark = pytest.mark.timeout(300)  # models are loaded, which on a busy machine takes half a minute each

FACTS = facts(0, 20)


def test_a_second_ingest_says_who_is_at_it_and_one_that_waits_loses_nothing(tmp_path: Path, data_dir: Path) -> None:
    file = write_facts(tmp_path / "facts.jsonl", FACTS)
    signed = write_jsonl(tmp_path / "signed.jsonl", *({**fact.record(), "author": "Ada Brook"} for fact in FACTS))
    with Ingesting(data_dir, file) as first:
        first.err.wait("loading the embedding model")
        for arguments in ([str(signed)], ["remove", "fact-0000"], ["reindex"]):
            refused = run("ingest", *arguments, data_dir=data_dir)
            assert refused.returncode == 1
            assert refused.stdout == ""
            assert re.fullmatch(
                rf"citegram-ingest: Another ingest is running since \S+, process {first.pid}; "
                r"try again later, or add --wait\.\n",
                refused.stderr,
            )
        with Ingesting(data_dir, "--wait", signed) as second:
            assert first.running
            assert first.wait() == 0
            assert second.wait() == 0
            assert second.err.lines[-1].startswith("0 new, 20 updated, 0 unchanged, 0 failed")
        assert first.err.lines[-1].startswith("20 new, 0 updated, 0 unchanged, 0 failed")
    with closing(Catalog.in_directory(data_dir)) as catalog:
        stored = [stored.article for stored in catalog.articles()]
    assert [(article.id, article.author) for article in stored] == [(fact.article_id, "Ada Brook") for fact in FACTS]
    assert_catalogue_is_whole(data_dir)
    assert_index_is_right(data_dir)
