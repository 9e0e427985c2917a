"""The SDKs in `clients/`, as they are on disk, against the server that they were made for.

Needs `uv sync --locked` in `clients/python` and `npm ci` in `clients/typescript`.
"""
