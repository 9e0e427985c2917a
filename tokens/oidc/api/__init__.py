"""The management API of what passes at `/oauth/`."""
