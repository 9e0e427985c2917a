"""Sign-in for a Django site: views, sessions that an operator can end, a mirror of people.

    INSTALLED_APPS += ["ntt_auth.django"]
    MIDDLEWARE += ["ntt_auth.django.middleware.NttAuthMiddleware"]  # below sessions and auth
    NTT_AUTH = {"ISSUER": ..., "AUDIENCE": ..., "CLIENT_ID": ..., "CLIENT_SECRET": ...}
    urlpatterns = [path("auth/", include("ntt_auth.django.urls"))]

Then `request.ntt_auth` is who is signed in, `ntt_auth.django.access.login_required` guards
a view, and `ntt_auth.django.models.Person` is a table to point foreign keys at. With
`ntt_auth.django.accounts` installed too, `request.user` is a normal Django user.

Tokens never reach the browser: its session cookie leads to a row of ours, in which they
are encrypted by a key from `SECRET_KEY`.
"""
