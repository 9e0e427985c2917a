"""WHO TRUSTS US: tenants, their APIs, client applications, roles and members.

Owns `Tenant`, `Api` (a protected API: an audience and its scopes), `Application` (an
OAuth client), `Role`, `Membership`, and the answer to "who may sign in to this
application". Knows users; does not know what a token is.
"""
