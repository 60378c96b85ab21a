"""`python -m retrieval "question"`: ask from the shell."""

import sys

from retrieval.cli import main

if __name__ == "__main__":
    sys.exit(main())
