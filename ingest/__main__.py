"""`python -m ingest PATH ...`: articles in."""

import os
import sys

from ingest.cli import main


def run() -> None:
    """Run the command and end the process with its exit code."""
    code = main()
    if code > 128:  # stopped by a signal: a thread may still be inside the encoder, and must not be waited for
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    run()
