"""Users in a file: JSON lines in, JSON lines out, with the hashes of their passwords.

Owns the format and its refusals, in which no hash and no other value of a row is ever
shown. Knows nothing of the database: `services.importing` and `.exporting` do.
"""
