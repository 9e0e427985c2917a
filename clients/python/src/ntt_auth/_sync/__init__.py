# Written by scripts/write_sync.py from _async/__init__.py: change that.
"""The REST client that blocks."""
