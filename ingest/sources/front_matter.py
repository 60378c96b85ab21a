"""The block of YAML between `---` lines that text and Markdown files can begin with."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from ingest.dates import iso_date
from ingest.sources.draft import FIELDS
from retrieval.errors import ArticleError

_LONGEST = 100_000  # characters; what is longer between two rules is text
_DEEPEST = 50  # levels
_BLOCK = re.compile(r"\n*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_YAML_TYPE = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A file's own statement of its fields, its other keys as JSON values, and the text below."""

    body: str
    fields: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def split_front_matter(text: str) -> FrontMatter:
    """Split canonical `text` into front matter and body; without a block of keys and values, all of it is body.

    Fields are taken as they are written, not as YAML understands them: `id: 007` stays `007` and `language: no` is
    Norwegian, not false. Without `published`, a `date` that other tools write serves, and is kept as metadata too.

    Raises:
        ArticleError: the block is not valid YAML; the message names the line of the file.
    """
    match = _BLOCK.match(text, 0, _LONGEST)
    if match is None:
        return FrontMatter(text)
    node = _compose(match[1], text.count("\n", 0, match.start(1)) + 1)
    body = text[match.end() :]
    if node is None:
        return FrontMatter(body)
    if not isinstance(node, yaml.MappingNode):
        return FrontMatter(text)
    return _sorted_out(node, body)


def _sorted_out(node: yaml.MappingNode, body: str) -> FrontMatter:
    fields: dict[str, object] = {}
    metadata: dict[str, Any] = {}
    notices: tuple[str, ...] = ()
    for key_node, value_node in node.value:
        key = _key(key_node)
        if key == "text":
            notices = ('the key "text" of the front matter is left out; the text is what follows the block',)
        elif key in FIELDS:
            fields[key] = _as_written(value_node)
        else:
            metadata[key] = _as_json(value_node)
    date_given = metadata.get("date")
    if fields.get("published") is None and isinstance(date_given, str) and iso_date(date_given):
        fields["published"] = date_given
    return FrontMatter(body, fields, metadata, notices)


def _compose(block: str, first_line: int) -> yaml.Node | None:
    try:
        _check(block, first_line)
        return yaml.compose(block, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise ArticleError(
            f"has front matter that is not valid YAML in line {line} ({error.problem}); correct it"
        ) from error
    except yaml.YAMLError as error:
        raise ArticleError("has front matter with characters that YAML does not allow; remove them") from error


def _check(block: str, first_line: int) -> None:
    """Refuse what costs too much to build: aliases that name each other unfold to gigabytes, depth takes minutes."""
    depth = 0
    for event in yaml.parse(block, Loader=yaml.SafeLoader):
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent):
            raise ArticleError(f"has front matter with an alias (*) in line {line}; write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ArticleError(f"has front matter that is nested too deeply in line {line}; make it flatter")


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ArticleError("has front matter with a list or a mapping as a key; use words as keys")
    return str(node.value)


def _as_written(node: yaml.Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_as_written(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == _YAML_TYPE + "null" else node.value
    return {}  # a mapping, which no field takes


def _as_json(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_as_json(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {_key(key): _as_json(value) for key, value in node.value}
    return _scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    """Return a YAML scalar as a JSON value; what JSON has no exact value for stays as it is written."""
    kind = node.tag.removeprefix(_YAML_TYPE)
    if kind == "null":
        return None
    if kind not in ("bool", "int", "float", "timestamp"):
        return str(node.value)
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except (ValueError, OverflowError, LookupError):  # February 30, `!!bool perhaps`, a number of 5,000 digits
        return str(node.value)
    if isinstance(value, date):
        return value.isoformat()
    exact = (isinstance(value, int) and abs(value) < 2**63) or (isinstance(value, float) and math.isfinite(value))
    return value if exact else str(node.value)
