"""Connections, attempts and identities: one function a use case."""
