"""What a robots.txt says (RFC 9309): which paths may be fetched, and the rest between two requests some ask for.

The standard library's parser knows neither wildcards nor that the longest rule wins. Rules are matched without regular
expressions: those made from a site's own patterns can be built to take hours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

PRODUCT = "citegram"
"""The name by which a robots.txt can speak to Citegram."""

MOST_BYTES = 512_000
"""How much of a robots.txt is read; the standard asks for at least 500 KiB."""

_MOST_RULES = 5_000  # of one group; ten times the longest met in the wild
_LONGEST_PATTERN = 2_000  # characters
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")  # RFC 3986
_TOKEN = re.compile(r"[A-Za-z_-]+")
_SECONDS = re.compile(r"\d{1,6}(?:\.\d{0,3})?")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern for paths, in which `*` stands for anything and `$` at the end for the end."""

    pattern: str
    allows: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site asks of Citegram; without rules everything may be fetched."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0
    """Seconds between two requests."""

    def allow(self, path: str) -> bool:
        """Return whether a path with its query may be fetched: the longest rule that fits decides, else it may."""
        path = _normal(path).replace("*", "%2A").replace("$", "%24")
        fitting = [rule for rule in self.rules if _fits(rule.pattern, path)]
        return max(((len(rule.pattern), rule.allows) for rule in fitting), default=(0, True))[1]


def parse_robots(data: bytes) -> Rules:
    """Read a robots.txt, whatever it holds: the groups for Citegram by name, else those for all."""
    groups: dict[str, _Group] = {}
    named: list[_Group] = []
    naming = False
    for line in data.decode("utf-8-sig", "replace").splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        key = key.lower()
        if key == "user-agent":
            named = [*named, _group(groups, value)] if naming else [_group(groups, value)]
            naming = True
        elif key in ("allow", "disallow", "crawl-delay"):
            naming = False
            for group in named:
                group.take(key, value)
    return groups.get(PRODUCT, groups.get("*", _Group())).as_rules()


class _Group:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.delay = 0.0

    def take(self, key: str, value: str) -> None:
        if key == "crawl-delay":
            self.delay = float(value) if _SECONDS.fullmatch(value) else self.delay
        elif value and len(value) <= _LONGEST_PATTERN and len(self.rules) < _MOST_RULES:
            self.rules.append(Rule(_pattern(value), key == "allow"))

    def as_rules(self) -> Rules:
        return Rules(tuple(self.rules), self.delay)


def _group(groups: dict[str, _Group], agent: str) -> _Group:
    """Return the group of a name: `*`, or the name itself without a version; several groups of one name are one."""
    token = _TOKEN.match(agent)
    name = token[0].lower() if token else agent
    return groups.setdefault(name, _Group()) if name in (PRODUCT, "*") else _Group()


def _pattern(value: str) -> str:
    """Return a pattern in the form in which paths are compared; a `$` that is not at the end is only a letter."""
    end = "$" if value.endswith("$") else ""
    return re.sub(r"\*+", "*", _normal(value).removesuffix("$").replace("$", "%24")) + end


def _normal(path: str) -> str:
    """Return a path in the one form in which two are compared: the same letters behind percent signs or not."""
    return quote(re.sub(r"(?:%[0-9A-Fa-f]{2})+", _unquoted, path), safe="!#$%&'()*+,/:;=?@[]~|")


def _unquoted(escaped: re.Match[str]) -> str:
    """Take letters out of their escapes, but leave escaped what would mean something else bare."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in unquote_to_bytes(escaped[0]))


def _fits(pattern: str, path: str) -> bool:
    """Return whether a pattern fits the beginning of a path, or all of it if it ends in `$`.

    Each piece between two `*` is taken where it comes first, which loses no match: as many steps as there are pieces.
    """
    whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not whole or path == first
    place = len(first)
    for piece in others[:-1] if whole else others:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return not whole or (path.endswith(others[-1]) and len(path) - len(others[-1]) >= place)
