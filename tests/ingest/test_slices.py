"""Which passages are encoded together, and that each article gets its own vectors."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.encoding import Prepared
from ingest.slices import SLICE, WINDOW, Filling, Slices
from ingest.sources.draft import Draft
from retrieval.encoder import PassageInput
from retrieval.models import Passage, Span
from tests.building import CheapEncoder, article, cheap_vectors


def filling(name: str, lengths: list[int]) -> Filling:
    """An article of passages of these lengths."""
    item = article(name, "x")
    inputs = tuple(
        PassageInput("", f"{name} {n} ".ljust(length, "x"), (Span(0, 1),)) for n, length in enumerate(lengths)
    )
    passages = tuple(Passage(n, n + 1, (Span(n, n + 1),)) for n in range(len(lengths)))
    return Filling(Draft(item, name, name, "given"), Prepared(item, passages, tuple(((),) for _ in inputs), inputs))


def is_own(one: Filling) -> bool:
    return all(
        passage.vectors.passage.tolist() == cheap_vectors(given.text, 1).passage.tolist()
        for passage, given in zip(one.encoded(), one.prepared.inputs, strict=True)
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(10, 90), max_size=40), max_size=12))
def test_every_passage_is_encoded_once_and_its_article_gets_it(articles: list[list[int]]) -> None:
    encoder = CheapEncoder()
    slices, fillings = Slices(encoder), [filling(f"a{n}", lengths) for n, lengths in enumerate(articles)]
    for one in fillings:
        slices.add(one)
    rounds = 0
    while slices:
        slices.encode()
        rounds += 1
    count = sum(map(len, articles))
    assert len(encoder.given) == count
    assert rounds == -(-count // SLICE)
    assert all(one.full and is_own(one) for one in fillings)


def test_passages_of_like_length_go_together() -> None:
    encoder = CheapEncoder()
    slices = Slices(encoder)
    for n in range(WINDOW // 2):
        slices.add(filling(f"a{n}", [20, 80]))
    slices.encode()
    assert {len(item.text) for item in encoder.given} == {20}, "as long as the oldest"
    while slices:
        slices.encode()
    sizes = [len(item.text) for item in encoder.given]
    padded = sum(max(sizes[at : at + SLICE]) * SLICE for at in range(0, len(sizes), SLICE))
    assert padded == sum(sizes)


def test_the_oldest_is_never_passed_over() -> None:
    encoder = CheapEncoder()
    slices, odd = Slices(encoder), filling("odd", [90, 90])
    slices.add(odd)
    for n in range(3 * WINDOW):
        slices.add(filling(f"a{n}", [20]))
    slices.encode()
    assert odd.full


def test_memory_and_time_do_not_grow_with_the_length_of_an_article() -> None:
    encoder = CheapEncoder()
    slices, book = Slices(encoder), filling("book", [20] * 4_000)
    slices.add(book)
    while slices:
        slices.encode()
    assert book.full
