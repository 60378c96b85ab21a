"""The errors Citegram raises. Each message is one sentence that tells its reader what to do.

CitegramError
├── SettingsError        a setting has a wrong value
├── ArticleError         one article cannot be ingested; the others can
│   └── FetchError       a page cannot be fetched
├── CatalogError         the catalogue cannot be opened or is of another kind
│   └── BusyError        another process is writing to it
├── DatabaseError        what the bot keeps of conversations cannot be read or written
├── ModelError           the embedding model or the reranker cannot be used, or the catalogue was made with another one
├── EvaluationError      an evaluation cannot be made
│   └── SetError         a folder is no evaluation set
├── IndexUnavailable     the vector index does not answer; exact search stands in
├── WriterUnavailable    the chat model does not answer; quotes stand in
└── Stopped              the work is not wanted any more
"""


class CitegramError(Exception):
    """Base of all errors that Citegram raises on purpose."""


class SettingsError(CitegramError):
    """A setting has a wrong value: the variable, the problem, a valid example."""


class ArticleError(CitegramError):
    """One article cannot be ingested; the message is the reason, fit to stand after its name."""


class CatalogError(CitegramError):
    """The catalogue cannot be opened or is not one this version can use."""


class BusyError(CatalogError):
    """Another process is writing to the catalogue."""


class DatabaseError(CitegramError):
    """What the bot keeps of conversations cannot be opened, read or written."""


class ModelError(CitegramError):
    """The embedding model or the reranker cannot be used, or the catalogue was made with another model."""


class EvaluationError(CitegramError):
    """An evaluation cannot be made; the message says what to do."""


class SetError(EvaluationError):
    """A folder is no evaluation set."""


class IndexUnavailable(CitegramError):
    """The vector index does not answer within its time."""


class WriterUnavailable(CitegramError):
    """The chat model cannot be asked or gives no answer; the message, for the operator's log, holds no reader's words."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """Say why, and in how many seconds the provider wants to be asked again, if it said so."""
        super().__init__(reason)
        self.retry_after = retry_after


class Stopped(CitegramError):
    """The work is not wanted any more."""
