"""`python -m bot`: Citegram in Telegram, or on the console when there is no token."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.settings import Settings

THREAD_SECONDS = 0.2


def main() -> int:
    """Run the bot until it is stopped; return the exit code: 0, 1 after an unexpected error, 2 for a wrong setting."""
    arguments = _parser().parse_args()
    signal.signal(signal.SIGTERM, _leave)
    try:
        code = _run(console=arguments.console)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        code = 130
    except SystemExit:  # SIGTERM
        code = 0
    _leave_threads_behind(code)
    return code


def _run(*, console: bool) -> int:
    # What is imported here takes half a second, which `--help` must not.
    import logging

    from bot.logs import configure_logging
    from retrieval.errors import CitegramError, SettingsError
    from retrieval.settings import load_settings

    try:
        settings = load_settings()
        token = settings.telegram_token.get_secret_value() if settings.telegram_token else None
        console = console or token is None
        configure_logging(token, logging.WARNING if console else logging.INFO)
        return _serve_console(settings, hint=token is None) if console else _serve_telegram(settings)
    except CitegramError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, SettingsError) else 1
    except Exception:  # the last place that can keep a traceback, and what it quotes, from the terminal
        logging.getLogger("bot").critical("Stopped by an error that nobody expected.", exc_info=True)
        return 1


def _serve_telegram(settings: Settings) -> int:
    from bot.app import run
    from bot.transport.instance import only_instance
    from retrieval.bootstrap import open_citegram

    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    with only_instance(settings.data_dir, token), open_citegram(settings) as citegram:
        citegram.keep_index()
        try:
            run(settings, citegram)
        finally:
            # asyncio has put back the default action, which would cut short what closing has to do.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return 0


def _serve_console(settings: Settings, *, hint: bool) -> int:
    from bot.console import run
    from retrieval.bootstrap import open_citegram

    with open_citegram(settings) as citegram:
        return run(citegram, hint=hint)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="citegram-bot",
        description="Answers questions about the ingested articles in Telegram, or on the console without a token.",
        epilog="Settings come from the environment and .env: TELEGRAM_BOT_TOKEN, CITEGRAM_ALLOWED_USERS and others.",
    )
    parser.add_argument("--console", action="store_true", help="converse here even when there is a token")
    return parser


def _leave_threads_behind(code: int) -> None:
    """End the process if a thread still loads the model or works on an abandoned answer; everything is closed by now."""
    mine = threading.current_thread()
    others = [thread for thread in threading.enumerate() if thread is not mine and not thread.daemon]
    for thread in others:
        thread.join(THREAD_SECONDS)
    if any(thread.is_alive() for thread in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
