"""How a command of the shell takes its words, and how it ends: by itself, by a signal, or because its streams fail."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable


def parse_in_any_order(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    """Parse words with options before, between and after the others; what follows `--` is never an option."""
    # argparse's own intermixed parsing forgets the `--`
    return parser.parse_args(words) if "--" in words else parser.parse_intermixed_args(words)


def run_command(name: str, run: Callable[[], int]) -> int:
    """Run a command and return its exit code: 1 when its output cannot be written, 128 and the signal that ended it."""
    _open_what_is_closed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        code = run()
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except SystemExit as end:  # SIGTERM
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:  # whoever read our output has seen enough
        _drop_what_is_unwritten()
        return 1
    except OSError as error:
        _drop_what_is_unwritten()
        what = error.filename or "the output"
        sys.stderr.write(f"{name}: {what} cannot be used ({error.strerror or error}); check the place and the disk.\n")
        return 1


def _open_what_is_closed() -> None:
    """Put nothing in the place of a standard stream that whoever started us has closed."""
    for stream, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # open to the end


def _drop_what_is_unwritten() -> None:
    """Let the interpreter not try again, at its end, to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
