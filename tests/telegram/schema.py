"""The Bot API's requests, as aiogram's generated classes describe them: an independent schema of what the bot sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import aiogram.methods
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, ValidationError

METHODS: dict[str, type[TelegramMethod[Any]]] = {
    method.__api_method__.lower(): method
    for method in (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    if isinstance(method, type) and method is not TelegramMethod and issubclass(method, TelegramMethod)
}


def faults(method: str, fields: dict[str, Any]) -> list[str]:
    """Return what is wrong with a request: unknown, outdated, missing and mistyped parameters."""
    schema = METHODS.get(method.lower())
    if schema is None:
        return [f"{method}: no such method"]
    found = []
    for name in fields:
        if name not in schema.model_fields:
            found.append(f"{method}: unknown parameter {name}")
        elif _is_outdated(schema, name):
            found.append(f"{method}: outdated parameter {name}")
    try:
        validated = schema.model_validate(fields)
    except ValidationError as error:
        return found + [f"{method}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    return found + [f"{method}: unknown field {name}" for name in _unknown(validated) if name not in fields]


def decoded(method: str, form: dict[str, str]) -> dict[str, Any]:
    """Turn the strings of a form into values: JSON where the parameter is not a plain string."""
    schema = METHODS.get(method.lower())
    fields = schema.model_fields if schema is not None else {}
    return {
        name: value if name in fields and _is_text(fields[name].annotation) else _json(value)
        for name, value in form.items()
    }


def _unknown(value: object) -> Iterator[str]:
    """Yield the names of fields that the objects within a request do not have."""
    if isinstance(value, list):
        for one in value:
            yield from _unknown(one)
    elif isinstance(value, BaseModel):
        yield from value.model_extra or ()
        for name in type(value).model_fields:
            yield from _unknown(getattr(value, name))


def _is_text(annotation: object) -> bool:
    kinds = str(annotation).split(" | ")
    return annotation is str or ("str" in kinds and "int" not in kinds)


def _is_outdated(schema: type[TelegramMethod[Any]], name: str) -> bool:
    extra = schema.model_fields[name].json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("deprecated"))


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
