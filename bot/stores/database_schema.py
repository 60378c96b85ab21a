"""The tables of the bot's own database, migration by migration."""

from __future__ import annotations

# A topic is 0 where a chat has none, because NULLs are never equal in a key.
MIGRATIONS = (
    # 1: the first schema. Ids of answers and views are never used twice: they stand in the buttons of old messages.
    """
    CREATE TABLE updates (
        arrival INTEGER PRIMARY KEY AUTOINCREMENT,
        update_id INTEGER NOT NULL UNIQUE,
        user_id INTEGER,
        payload TEXT,  -- NULL once it is done with
        arrived_at REAL NOT NULL,
        done_at REAL,
        sent INTEGER NOT NULL DEFAULT 0,
        sending INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0,
        repeats INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX updates_left ON updates (arrival) WHERE payload IS NOT NULL;
    CREATE INDEX updates_done ON updates (done_at) WHERE payload IS NULL;
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_id INTEGER NOT NULL,
        topic INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        asked_at REAL NOT NULL,
        question TEXT NOT NULL,
        stand_alone TEXT NOT NULL,
        status TEXT NOT NULL,
        language TEXT NOT NULL,
        parent INTEGER REFERENCES answers (id) ON DELETE SET NULL,
        focus TEXT NOT NULL,
        places TEXT NOT NULL,
        quoted INTEGER NOT NULL,
        passages TEXT NOT NULL
    );
    CREATE INDEX answers_by_conversation ON answers (chat_id, topic, id);
    CREATE INDEX answers_by_user ON answers (user_id);
    CREATE INDEX answers_by_parent ON answers (parent);
    CREATE INDEX answers_by_time ON answers (asked_at);
    CREATE TABLE messages (
        chat_id INTEGER NOT NULL,
        message_id INTEGER NOT NULL,
        answer_id INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
        PRIMARY KEY (chat_id, message_id)
    ) WITHOUT ROWID;
    CREATE INDEX messages_by_answer ON messages (answer_id);
    CREATE TABLE ratings (
        answer_id INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
        user_id INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        reason TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (answer_id, user_id)
    ) WITHOUT ROWID;
    CREATE INDEX ratings_by_user ON ratings (user_id);
    CREATE TABLE conversations (
        chat_id INTEGER NOT NULL,
        topic INTEGER NOT NULL,
        begun_after INTEGER NOT NULL DEFAULT 0,  -- the latest answer of the conversation before /new
        begun_at REAL NOT NULL DEFAULT 0,
        focus TEXT,
        PRIMARY KEY (chat_id, topic)
    ) WITHOUT ROWID;
    CREATE TABLE preferences (user_id INTEGER PRIMARY KEY, language TEXT, quotes INTEGER NOT NULL);
    CREATE TABLE views (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        query TEXT NOT NULL,
        at REAL NOT NULL
    );
    CREATE INDEX views_by_user ON views (user_id);
    CREATE TABLE members (
        user_id INTEGER PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('admin', 'reader')),
        since REAL NOT NULL,
        invited_by INTEGER
    );
    CREATE TABLE invitations (
        hash BLOB PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('admin', 'reader')),
        invited_by INTEGER,
        expires REAL NOT NULL
    ) WITHOUT ROWID;
    """,
    # 2: answers written by a chat model, and shown while they are written. `preview` is the message that shows the answer
    # to an update before it is whole, if there is one.
    """
    ALTER TABLE updates ADD COLUMN preview INTEGER;
    ALTER TABLE preferences ADD COLUMN written INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE preferences ADD COLUMN streaming INTEGER NOT NULL DEFAULT 1;
    """,
)
SCHEMA_VERSION = len(MIGRATIONS)
