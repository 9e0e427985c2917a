"""The URL map: each app's flat list, mounted where its contract says."""

from django.contrib import admin
from django.urls import include, path

from accounts.api.urls import urlpatterns as accounts
from accounts.urls import urlpatterns as account_pages
from config import health, home, scrape
from config.reference import urlpatterns as reference
from social.api.urls import urlpatterns as social
from social.pages.urls import urlpatterns as social_pages
from tenants.api.urls import urlpatterns as tenants
from tenants.pages import urlpatterns as brand_pages
from tokens.api.urls import urlpatterns as tokens
from tokens.oidc.api.urls import urlpatterns as oidc
from tokens.oidc.pages.own import urlpatterns as consent_pages
from tokens.oidc.urls import urlpatterns as oauth
from tokens.pages.own.urls import urlpatterns as own_pages
from tokens.pages.urls import urlpatterns as entry_pages
from tokens.pages.wellknown import urlpatterns as page_ways
from tokens.wellknown import urlpatterns as wellknown

v1 = [*accounts, *tenants, *tokens, *oidc, *social]

urlpatterns = [
    path("", home.home, name="home"),
    path("api/v1/", include(v1)),
    path(
        "account/",
        include(
            [
                *account_pages,
                *entry_pages,
                *own_pages,
                *consent_pages,
                *social_pages,
                *brand_pages,
            ]
        ),
    ),
    path("oauth/", include(oauth)),
    path("admin/", admin.site.urls),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", scrape.metrics, name="metrics"),
    *wellknown,
    *page_ways,
    *reference,
]

handler400 = "config.problems.bad_request"
handler403 = "config.problems.forbidden"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"
