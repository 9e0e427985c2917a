"""The URL map, with a first page of an account for who comes in."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as served

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def home(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    return HttpResponse(f"in as {getattr(request.user, 'email', 'nobody')}")


urlpatterns = [*served, path("account/in/", home, name="account-profile")]
