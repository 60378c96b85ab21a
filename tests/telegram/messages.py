"""The methods that send, change and delete messages, and answer pressed buttons."""

from __future__ import annotations

import time
from dataclasses import replace

from tests.telegram.keyboards import keyboard_of
from tests.telegram.limits import CALLBACK_SECONDS, MAX_CALLBACK_ANSWER, Rates
from tests.telegram.parser import Parsed
from tests.telegram.records import Chat, Document, Fields, RefusedError, Sent
from tests.telegram.state import State, message_fields
from tests.telegram.texts import caption_of, refuse_unchanged, text_of
from tests.telegram.uploads import document_of

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


class Messages:
    """Carries out requests that concern messages; each returns the request's result or raises RefusedError."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.rates = Rates(state.violations.append)

    def send_message(self, fields: Fields) -> Fields:
        parsed = text_of(self._state, fields)
        return self._send(fields, parsed, None)

    def send_document(self, fields: Fields) -> Fields:
        caption = caption_of(self._state, fields)
        document = document_of(self._state, fields["document"])
        return self._send(fields, caption, document)

    def _send(self, fields: Fields, parsed: Parsed, document: Document | None) -> Fields:
        keyboard = keyboard_of(self._state, fields)
        chat = self._state.open_chat(fields["chat_id"])
        topic = self._topic(chat, fields)
        reply_to = _reply_target(self._state, chat, fields.get("reply_parameters") or {})
        self.rates.count_message(chat)
        sent = Sent(
            self._state.next_message_id(chat),
            chat.id,
            parsed,
            reply_to,
            topic,
            time.monotonic(),
            date=int(time.time()),
            keyboard=keyboard,
            document=document,
        )
        self._state.keep(sent, "sent")
        replied = None if reply_to is None else self._state.message(chat, reply_to)
        return message_fields(chat, sent) | ({} if replied is None else {"reply_to_message": replied})

    def send_chat_action(self, fields: Fields) -> bool:
        if fields["action"] not in ACTIONS:
            raise self._state.violation("wrong parameter action in request")
        self._topic(self._state.open_chat(fields["chat_id"]), fields)
        return True

    def edit_text(self, fields: Fields) -> Fields:
        parsed = text_of(self._state, fields)
        keyboard = keyboard_of(self._state, fields)
        chat, sent = self._editable(fields, "edit")
        if sent.document:
            raise self._state.violation("there is no text in the message to edit")
        return self._edited(chat, sent, replace(sent, parsed=parsed, keyboard=keyboard))

    def edit_caption(self, fields: Fields) -> Fields:
        caption = caption_of(self._state, fields)
        keyboard = keyboard_of(self._state, fields)
        chat, sent = self._editable(fields, "edit")
        if not sent.document:
            raise self._state.violation("there is no caption in the message to edit")
        return self._edited(chat, sent, replace(sent, parsed=caption, keyboard=keyboard))

    def edit_keyboard(self, fields: Fields) -> Fields:
        keyboard = keyboard_of(self._state, fields)
        chat, sent = self._editable(fields, "edit")
        return self._edited(chat, sent, replace(sent, keyboard=keyboard))

    def _edited(self, chat: Chat, before: Sent, after: Sent) -> Fields:
        refuse_unchanged(before, after)
        self.rates.count_edit(chat)
        after = replace(after, edits=before.edits + 1)
        self._state.keep(after, "edited")
        return message_fields(chat, after)

    def delete(self, fields: Fields) -> bool:
        chat = self._state.open_chat(fields["chat_id"])
        received = chat.received.get(fields["message_id"])
        if received is None:
            _, sent = self._editable(fields, "delete")
            self._state.keep(replace(sent, deleted=True), "deleted")
        elif chat.is_private or chat.bot_status == "administrator":
            del chat.received[fields["message_id"]]
        else:
            raise self._state.violation("message can't be deleted")
        return True

    def delete_several(self, fields: Fields) -> bool:
        if not 1 <= len(fields["message_ids"]) <= 100:
            raise self._state.violation("too many message identifiers specified")
        chat = self._state.open_chat(fields["chat_id"])
        for message_id in fields["message_ids"]:
            if self._state.message(chat, message_id) is not None:
                self.delete({"chat_id": chat.id, "message_id": message_id})
        return True

    def _editable(self, fields: Fields, what: str) -> tuple[Chat, Sent]:
        if fields.get("chat_id") is None or fields.get("message_id") is None:
            raise self._state.violation("message identifier is not specified")
        chat = self._state.open_chat(fields["chat_id"])
        sent = chat.sent.get(fields["message_id"])
        if sent is None and fields["message_id"] in chat.received:
            raise self._state.violation(f"message can't be {what.removesuffix('e')}ed")
        if sent is None:
            raise self._state.violation(f"message to {what} not found")
        if sent.deleted:  # by the user, of which bots are not told
            raise RefusedError(400, f"Bad Request: message to {what} not found")
        return chat, sent

    def answer_press(self, fields: Fields) -> bool:
        if len(fields.get("text") or "") > MAX_CALLBACK_ANSWER:
            raise self._state.violation("MESSAGE_TOO_LONG")
        if fields.get("url"):
            raise self._state.violation("URL_INVALID")
        pressed = self._state.presses.get(fields["callback_query_id"])
        if pressed is None:
            # A press that a test made up, or that the bot did.
            raise RefusedError(400, TOO_OLD)
        if pressed.answer is not None:
            if pressed.answered_in == self._state.runs and not pressed.lost:
                self._state.violations.append("a pressed button was answered twice")
            raise RefusedError(400, TOO_OLD)
        if time.monotonic() - pressed.at > CALLBACK_SECONDS:
            raise RefusedError(400, TOO_OLD)
        pressed.answer, pressed.answered_in = fields, self._state.runs
        return True

    def _topic(self, chat: Chat, fields: Fields) -> int | None:
        topic: int | None = fields.get("message_thread_id")
        if topic is not None and topic not in chat.topics:
            raise self._state.violation("message thread not found")
        return topic


def _reply_target(state: State, chat: Chat, parameters: Fields) -> int | None:
    target: int | None = parameters.get("message_id")
    if target is None:
        return None
    replied = state.message(chat, target)
    if replied is None:
        if parameters.get("allow_sending_without_reply"):
            return None
        raise RefusedError(400, "Bad Request: message to be replied not found")
    if (quote := parameters.get("quote")) and quote not in (replied.get("text") or replied.get("caption") or ""):
        raise state.violation("QUOTE_TEXT_INVALID")
    return target
