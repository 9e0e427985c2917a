"""Providers and identities under `/api/v1/`."""
