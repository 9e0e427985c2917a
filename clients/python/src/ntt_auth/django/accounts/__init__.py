"""Links each person of the mirror to a normal Django user, for `request.user`.

    INSTALLED_APPS += ["ntt_auth.django", "ntt_auth.django.accounts"]

Needs `django.contrib.auth`. The link is by (issuer, sub): an existing user is never taken
over because the name or the address is the same.
"""
