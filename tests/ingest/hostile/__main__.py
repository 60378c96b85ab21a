"""Write the table in docs/hostile.md anew."""

from tests.ingest.hostile.table import write

if __name__ == "__main__":
    write()
