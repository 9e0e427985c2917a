"""Test an application without a server: an issuer in memory, and a pytest plugin."""
