"""OAuth 2.1 and OpenID Connect: how any standard client uses us.

Owns what passes between a client and us before there is a token: authorization requests,
codes, consents, device codes, and the endpoints at `/oauth/`. Sessions and tokens are
those of `tokens`; Authlib checks the protocol (`server.py`), and signs nothing.
"""
