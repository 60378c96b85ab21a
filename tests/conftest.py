"""What every test stands on: no settings of the machine, no network, and the costly parts built once."""

from __future__ import annotations

import compileall
import functools
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported: one thread is the steadier on a shared machine
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
for _name in [name for name in os.environ if name.upper().startswith(("CITEGRAM_", "TELEGRAM_"))]:
    del os.environ[_name]

# Tests start some hundred processes, which find the project compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell lets what it runs in the background ignore Ctrl-C, which every command that a test starts would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

# On a busy machine any example can be slow.
hypothesis.settings.register_profile("citegram", deadline=None, max_examples=40)
hypothesis.settings.load_profile("citegram")

import retrieval.encoder  # noqa: E402
from retrieval.catalog import Catalog  # noqa: E402
from retrieval.encoder import Encoder  # noqa: E402

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "ingest" / "samples"


def pytest_configure(config: pytest.Config) -> None:
    """Compile the project once, before the workers and the processes of tests do it each for itself."""
    if not hasattr(config, "workerinput"):
        for package in ("bot", "ingest", "retrieval", "tests"):
            compileall.compile_dir(ROOT / package, quiet=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no worker is alone with it."""
    items.sort(key=lambda item: "tests/system/" not in item.nodeid and "test_end_to_end" not in item.nodeid)


@pytest.fixture(scope="session", autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run in an empty directory, so that no `.env` is read and no `data` is written to."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("cwd"))
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The default embedding model, loaded once."""
    encoder = Encoder()
    encoder.load()
    return encoder


@pytest.fixture(scope="session")
def sample_data_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A data directory with the sample articles, put there by the real pipeline; not to be written to."""
    from ingest.pipeline import Pipeline
    from ingest.sources.walk import read_articles

    data_dir = tmp_path_factory.mktemp("samples")
    problems: list[object] = []
    with closing(Catalog.in_directory(data_dir)) as catalog:
        pipeline = Pipeline(catalog, encoder, on_loading=lambda: None)
        done = list(pipeline.run(read_articles([str(SAMPLES)], problems.append)))
    assert problems == []
    assert {item.kind for item in done} == {"new"}
    return data_dir


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory that the settings name."""
    directory = tmp_path / "data"
    monkeypatch.setenv("CITEGRAM_DATA_DIR", str(directory))
    return directory


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    """Put signal handlers back, which the commands set."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server for tests to which its start and stop do not matter; collections have the catalogues' names."""
    from retrieval.chroma_server import LocalChroma
    from tests.retrieval.chroma_doubles import servers_below

    directory = tmp_path_factory.mktemp("chroma")
    server = LocalChroma(directory, "citegram-tests")
    yield server.find_or_start()
    server.close()
    assert servers_below(directory) == []


_load_once = functools.cache(retrieval.encoder._load)


@pytest.fixture
def command_line(data_dir: Path, chroma_url: str, monkeypatch: pytest.MonkeyPatch, _signals_as_before: None) -> Path:
    """Settings for commands that run in this process, quickly: each model loaded once, one Chroma server for all.

    Gives the data directory.
    """
    monkeypatch.setenv("CITEGRAM_CHROMA_URL", chroma_url)
    monkeypatch.setattr(retrieval.encoder, "_load", _load_once)
    return data_dir
