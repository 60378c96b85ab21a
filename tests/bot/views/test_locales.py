"""The message catalogues: whole, alike in every language, and in step with the code that asks for their texts."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from fluent.syntax import ast as ftl
from fluent.syntax import parse
from fluent.syntax.visitor import Visitor

import bot
from bot.views.words import LANGUAGES, words_for

CODE = Path(bot.__file__).parent
CATALOGUES = {language: sorted((CODE / "locales" / language).glob("*.ftl")) for language in LANGUAGES}
CATEGORIES = {"zero", "one", "two", "few", "many", "other"}
PLURALS = {"en": ({"one", "other"},), "ru": ({"one", "few", "many"}, {"one", "few", "other"})}
"""Forms of whole numbers; `other` may stand for the last, as whatever is not named does."""
COUNTS = (0, 1, 2, 5, 21)
SHORT = 24
"""Characters; of two buttons in a row a phone shows so many."""


class Found(Visitor):
    """What stands within a message."""

    def __init__(self, message: ftl.Message) -> None:
        self.variables: set[str] = set()
        self.plurals: list[set[str]] = []
        self.visit(message)

    def generic_visit(self, node: ftl.BaseNode) -> None:
        if isinstance(node, ftl.VariableReference):
            self.variables.add(node.id.name)
        if isinstance(node, ftl.SelectExpression):
            names = {variant.key.name for variant in node.variants if isinstance(variant.key, ftl.Identifier)}
            if names & CATEGORIES:
                self.plurals.append(names)
        super().generic_visit(node)


def entries(language: str) -> list[ftl.EntryType]:
    return [entry for file in CATALOGUES[language] for entry in parse(file.read_text(encoding="utf-8")).body]


def messages(language: str) -> dict[str, Found]:
    return {entry.id.name: Found(entry) for entry in entries(language) if isinstance(entry, ftl.Message)}


ENGLISH = messages("en")
ALL_VARIABLES = {name for found in ENGLISH.values() for name in found.variables}


def test_every_language_has_the_same_catalogues() -> None:
    folders = {folder.name for folder in (CODE / "locales").iterdir() if folder.is_dir()}
    assert folders == set(LANGUAGES)
    names = {language: [file.name for file in files] for language, files in CATALOGUES.items()}
    assert all(names[language] == names["en"] != [] for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_no_broken_and_no_doubled_entry(language: str) -> None:
    broken = [entry.content for entry in entries(language) if isinstance(entry, ftl.Junk)]
    keys = Counter(entry.id.name for entry in entries(language) if isinstance(entry, ftl.Message))
    assert broken == []
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things_with_the_same_values(language: str) -> None:
    found = messages(language)
    assert found.keys() == ENGLISH.keys()
    assert {key: found[key].variables for key in found} == {key: ENGLISH[key].variables for key in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_all_forms_of_their_language(language: str) -> None:
    incomplete = [key for key, found in messages(language).items() for forms in found.plurals
                  if forms not in PLURALS[language]]  # fmt: skip
    assert incomplete == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_filled(language: str) -> None:
    words = words_for(language)
    for key, found in ENGLISH.items():
        names = sorted(found.variables)
        for numbers in product(COUNTS, repeat=min(len(names), 2)):
            values = dict.fromkeys(names, 1) | dict(zip(names, numbers, strict=False))
            assert words(key, **values).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_short_enough_for_a_phone(language: str) -> None:
    words = words_for(language)
    texts = [words(key, **dict.fromkeys(found.variables, 10)) for key, found in ENGLISH.items()
             if key.startswith(("button-", "reason-"))]  # fmt: skip
    assert [text for text in texts if len(text) > SHORT] == []


def trees() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(CODE.rglob("*.py")):
        yield file.name, ast.parse(file.read_text(encoding="utf-8"))


def asked() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield every key written where a text is asked for, as `words("key", ...)` or `say("key", ...)`, with its call."""
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (name := _called(node)):
                for argument in node.args[:1] if name == "words" else node.args:
                    for key in _texts(argument):
                        yield f"{file}:{node.lineno}", key, node


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id="words" | "say") | ast.Attribute(attr="words" | "_words"):
            return "words"
        case ast.Attribute(attr="say"):
            return "say"
    return ""


def _given(call: ast.Call) -> set[str]:
    """Return the names of the values that a call gives; all there are for one that passes a mapping on."""
    names = {keyword.arg for keyword in call.keywords}
    return {name for name in names if name is not None} if None not in names else set(ALL_VARIABLES)


def _texts(argument: ast.expr) -> Iterator[str]:
    """Yield the key that an argument is, or the two of a conditional expression."""
    match argument:
        case ast.Constant(value=str(key)):
            yield key
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body)
            yield from _texts(other)


def test_every_text_that_is_asked_for_exists_and_gets_its_values() -> None:
    found = list(asked())
    assert found
    assert [f"{place}: {key}" for place, key, _ in found if key not in ENGLISH] == []
    assert [f"{place}: {key}" for place, key, call in found if not _given(call) >= ENGLISH[key].variables] == []


def test_every_text_is_asked_for() -> None:
    nodes = [node for _, tree in trees() for node in ast.walk(tree)]
    written = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    begun = {text for node in nodes if isinstance(node, ast.Call) and _called(node) for text in _begun(node.args)}
    assert sorted(key for key in ENGLISH if key not in written and not key.startswith(tuple(begun))) == []


def _begun(arguments: list[ast.expr]) -> Iterator[str]:
    """Yield how the keys begin that are put together where they are asked for, as in `words(f"command-{name}")`."""
    for argument in arguments:
        match argument:
            case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
                yield beginning
