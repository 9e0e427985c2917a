"""The URL map, with a first page of an account for who comes in."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as served

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def home(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    told = f"in as {getattr(request.user, 'email', 'nobody')}"
    page = '{% extends "account/base.html" %}{% block title %}In{% endblock %}'
    page += "{% block content %}<h1>{{ told }}</h1>{% endblock %}"
    template = engines["django"].from_string(page)
    return HttpResponse(template.render({"told": told}, request))


urlpatterns = [*served, path("account/in/", home, name="account-profile")]
