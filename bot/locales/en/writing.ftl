# An answer while it is being written.

writing-from = Writing from:
