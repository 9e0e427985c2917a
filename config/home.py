"""The first page of the embedded default: where everything is."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the way to the console and the API; in production there is no such page."""
    if settings.PRODUCTION:
        raise Http404
    return render(request, "home.html", {"issuer": settings.ISSUER})
