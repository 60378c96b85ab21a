"""A configuration that is no longer whole is read, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.watching.config import parse_config
from retrieval.errors import SettingsError
from tests.ingest.fuzzing.damage import damaged
from tests.ingest.fuzzing.properties import demand_line

_FEW, _MANY = 40, 5_000
_LONGEST = 1_000_000  # characters of an error, which repeats the operator's own words
_CONFIG = b"""interval = "30m"
jitter = 0.1
gone = "mark"
allow_private = true

[[source]]
feed = "https://post.example/feed"
since = "2026-03-01"

[[source]]
name = "Wiki"
site = "https://wiki.example/a/"
depth = 2
limit = 50

[[source]]
folder = "articles"
interval = "1d"

[[source]]
pages = ["https://post.example/a", "https://post.example/b"]
"""
_PIECES = (
    b"[[source]]\n", b"[source]\n", b"feed = ", b"pages = [[]]\n", b"interval = ", b'"0m"', b'"1e9d"', b"inf",
    b"nan", b"1979-05-27T07:32:00Z", b"true", b"{a = 1}", b"a.b.c = 1\n", b'"\\u0000"', b'"http://[::1"',
    b'"file:///etc/passwd"', b"''", b"[" * 2000, b"9" * 5000,
)  # fmt: skip


def demand_a_config_or_a_sentence(data: bytes) -> None:
    try:
        config = parse_config(data, Path("/nowhere/watch.toml"))
    except SettingsError as error:
        demand_line(str(error), _LONGEST)
        return
    assert config.sources
    for source in config.sources:
        assert 0 < source.interval < 1e9
        assert 0 <= source.jitter <= 1
        demand_line(source.name)


@settings(max_examples=_FEW)
@given(damaged([_CONFIG], _PIECES))
def test_any_configuration_is_one_or_a_sentence(data: bytes) -> None:
    demand_a_config_or_a_sentence(data)


@pytest.mark.long
@settings(max_examples=_MANY)
@given(damaged([_CONFIG], _PIECES) | st.binary(max_size=100))
def test_very_many_configurations_are_ones_or_a_sentence(data: bytes) -> None:
    demand_a_config_or_a_sentence(data)
