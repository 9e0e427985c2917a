"""WHAT WE HAND OUT: signing keys, tokens, sessions, revocations and their feed.

Owns the key ring and JWKS, the single place that mints (`minting.py`), `Login` and
`Session` (a refresh family), `Revocation`, and the endpoints that answer with tokens.
Passwords are checked by `accounts.flows`, membership by `tenants.services`.
"""
