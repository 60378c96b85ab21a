"""What is remembered of a page of a site between two walks through it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """A page as the last walk met it; every field is to be kept, and given back as it was."""

    url: str
    """The address that was asked for, under which it is looked for again."""
    etag: str | None
    modified: str | None
    """What to ask with whether it has changed; with neither it is asked for in full each time."""
    keep: bool
    """Whether it is an article; else it only leads to others."""
    links: tuple[str, ...]
    """The addresses of its site that it leads to, those outside of the section too."""
    public: bool = True
    """Whether a public host had a say in it, whose links have none in what is fetched from an operator's network."""


def nothing_remembered(url: str) -> Visit | None:
    """Return None: the memory of a walk that is the first or the only one."""
    return None
