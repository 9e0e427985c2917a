"""The project: settings, URL map, WSGI entry, and the leaves that every app may import.

Owns no domain noun. `problems.py`, `middleware.py` and their kind are named by settings
and imported by nobody; the leaves (`errors`, `fields`, `context`, `encryption`, `admin`)
import none of our apps.
"""
