"""What nothing on the same machine can go below: bcrypt, gunicorn, Django.

The WSGI applications here run under the same gunicorn as the measured servers.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

BODY = b'{"keys":[' + b'"' + b"x" * 1000 + b'"' + b"]}"  # as long as a JWKS
FULL = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

urlpatterns: list[Any] = []


def bare(
    environ: dict[str, Any],
    start_response: Callable[..., Any],
) -> Iterable[bytes]:
    """Answer without any framework."""
    start_response(
        "200 OK",
        [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))],
    )
    return [BODY]


def django_application(kind: str) -> Any:
    """Return a Django with one view: `minimal`, or `full` with default middleware."""
    from django.conf import settings

    settings.configure(
        SECRET_KEY="floor" * 10,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="bench.floors",
        MIDDLEWARE=FULL if kind == "full" else [],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        USE_TZ=True,
    )
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    def view(request: HttpRequest) -> HttpResponse:
        headers = {"Content-Length": str(len(BODY))}
        return HttpResponse(BODY, content_type="application/json", headers=headers)

    urlpatterns[:] = [path("floor", view)]
    return get_wsgi_application()


def hash_alone(
    count: int,
    *,
    rounds: int,
    threads: int,
) -> list[float]:
    """Check `count` passwords by bcrypt, `threads` at once; return the seconds of each."""
    import bcrypt

    stored = bcrypt.hashpw(b"x" * 64, bcrypt.gensalt(rounds))
    took: list[float] = []
    left = iter(range(count))  # next() is atomic

    def work() -> None:
        for _ in left:
            began = time.perf_counter()
            bcrypt.checkpw(b"x" * 64, stored)
            took.append(time.perf_counter() - began)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return took
