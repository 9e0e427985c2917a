"""The little of JOSE that verifying takes, and no more (RFC 7515, 7517, 7518, 8037).

Owns: strict base64url and JSON, public keys from a JWKS, signatures. Does not know what
an access token is, and reads nothing from a network.
"""
