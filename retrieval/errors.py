"""The errors Citegram raises. Each message is one sentence that tells its reader what to do.

CitegramError
├── SettingsError        a setting has a wrong value
├── ArticleError         one article cannot be ingested; the others can
├── CatalogError         the catalogue cannot be opened or is of another kind
│   └── BusyError        another process is writing to it
├── DatabaseError        what the bot keeps of conversations cannot be read or written
├── ModelError           the embedding model cannot be loaded, or is not the one the catalogue was made with
└── IndexUnavailable     the vector index does not answer; exact search stands in
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
    """The embedding model cannot be loaded, or is not the one that the catalogue was made with."""


class IndexUnavailable(CitegramError):
    """The vector index does not answer within its time."""
