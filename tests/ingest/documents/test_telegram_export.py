import json
from typing import Any

import pytest

from ingest.documents.telegram_export import read_telegram_export
from retrieval.errors import ArticleError


def post(number: int, text: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2024-02-29T12:30:00",
        "date_unixtime": "1709202600",
        "text": text,
        **more,
    }


def export(*posts: dict[str, Any], **more: Any) -> bytes:
    channel = {"name": "Larkmoor News", "type": "public_channel", "id": 77, "messages": list(posts), **more}
    return json.dumps(channel, ensure_ascii=False).encode()


def test_a_post_is_an_article_with_its_entities_joined() -> None:
    text = [
        "The harbour has ",
        {"type": "bold", "text": "silted up"},
        ", see ",
        {"type": "link", "text": "example.org"},
        ".",
    ]
    [part] = read_telegram_export(export(post(5, text, author="Mara", edited_unixtime="1709202660")))
    assert part.name == "5"
    assert part.found.text == "The harbour has silted up, see example.org."
    assert part.found.fields == {
        "id": "telegram:77/5", "url": None, "published": "2024-02-29T10:30:00+00:00", "author": "Mara",
        "source": "Larkmoor News",
    }  # fmt: skip
    assert part.found.metadata == {"edited": "2024-02-29T10:31:00+00:00"}


def test_service_messages_and_bare_pictures_leave_nothing() -> None:
    posts = [{"id": 1, "type": "service", "action": "create_channel", "text": ""}, post(2, ""), post(3, "Storm.")]
    assert [part.name for part in read_telegram_export(export(*posts))] == ["3"]


def test_a_link_where_the_public_name_is_known() -> None:
    [part] = read_telegram_export(export(post(5, "Storm."), username="larkmoor"))
    assert part.found.fields["url"] == "https://t.me/larkmoor/5"


def test_an_export_of_everything_gives_its_channels_only() -> None:
    chats = [json.loads(export(post(5, "Storm."))), {"type": "personal_chat", "messages": [post(1, "Private.")]}]
    parts = list(read_telegram_export(json.dumps({"chats": {"list": chats}}).encode()))
    assert [(part.name, bool(part.problem)) for part in parts] == [("chats", True), ("5", False)]
    assert "Private" not in repr(parts)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b'{"a": 1}', "is JSON of another kind", id="another kind"),
        pytest.param(b"[1]", "is JSON of another kind", id="a list"),
        pytest.param(b'{"messages"', "is not valid JSON", id="cut off"),
        pytest.param(b"[" * 100_000, "is not valid JSON", id="too deep"),
        pytest.param(export(post(1, "Hi."), type="personal_chat"), "conversations of people are not read", id="a chat"),
        pytest.param(export(post(1, "")), "without any post that has text", id="no words"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        list(read_telegram_export(data))


@pytest.mark.parametrize("number", [None, "5", True, {}])
def test_a_post_whose_id_is_none_is_one_problem(number: Any) -> None:
    [bad, good] = read_telegram_export(export(post(1, "a") | {"id": number}, post(2, "b")))
    assert bad.problem
    assert good.found.text == "b"


@pytest.mark.parametrize("unclear", ["99999999999999999", "soon", None, []])
def test_a_date_that_is_none_leaves_the_local_one(unclear: Any) -> None:
    [part] = read_telegram_export(export(post(1, "a") | {"date_unixtime": unclear}))
    assert part.found.fields["published"] == "2024-02-29T12:30:00"
