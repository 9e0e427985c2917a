"""The SDKs in `clients/`, their examples and the demo, beside the server that they were made for.

Needs `uv sync --locked` in `clients/python` and `npm ci` in `clients/typescript`.
"""
