"""Two running services, two providers that know people, and who comes."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from bench.processes import free_port
from tests.e2e.oidc.conftest import converse as _converse
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.plain import Plain
from tests.e2e.oidc.play import API, CODE, REFRESH
from tests.e2e.oidc.service import Service, prepared
from tests.e2e.social.instance import Instance, running
from tests.e2e.social.provider import CLIENT, SECRET, Provider
from tests.e2e.social.traveller import Traveller, onward_of

converse = _converse
ELSEWHERE = ("ann", "bob", "eve", "fay")  # who has an account at the second service
HERE = ("bob", "dee", "kim")  # who has one at the first
KNOWN = (
    *("ann", "amy", "bob", "cho", "dee", "gus", "hal"),
    *("ida", "joe", "kim", "lea", "max", "ned"),
)


@dataclass(frozen=True)
class Scene:
    """All who take part. `certified` and `other` are oidc-providers.

    `began` is when the keys of `rotating` were asked for.
    """

    here: Instance
    there: Instance
    certified: Provider
    other: Provider
    began: float = field(default_factory=time.monotonic)

    @property
    def sites(self) -> tuple[str, ...]:
        """Where a browser goes on by itself, beside the first service."""
        return (self.there.issuer, self.certified.issuer, self.other.issuer)


def keys_of(
    name: str,
    place: str,
) -> dict[str, str]:
    """Return what somebody types at a service: another password at each."""
    return {"email": f"{name}@example.com", "password": f"{name} often walks {place}"}


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """The web server of all clients here."""
    listening = Listener()
    yield listening
    listening.stop()


@pytest.fixture(scope="session")
def scene(
    tmp_path_factory: pytest.TempPathFactory,
    listener: Listener,
) -> Iterator[Scene]:
    """Everybody, in their places. One worker each: what one process keeps is tested too."""
    folders = [tmp_path_factory.mktemp(name) for name in ("here", "there", "providers")]
    with ThreadPoolExecutor() as pool:
        hosts = ("127.0.0.1", "localhost")
        coming = [
            pool.submit(prepared, folder, host, WEB_WORKERS="1")
            for folder, host in zip(folders, hosts, strict=False)
        ]
        services = [one.result() for one in coming]
    certified, other = _providers(folders[2], services[0])
    with ExitStack() as stack:
        stack.callback(certified.stop)
        stack.callback(other.stop)
        certified.start()
        other.start()
        here, there = (stack.enter_context(running(one)) for one in services)
        made = Scene(here, there, certified, other)
        _set_up_here(made, listener)
        _set_up_there(made)
        first = Plain(services[0], "own", f"{listener.origin}/callback")
        assert "code" in first.answer(_somebody(made, "ned", "rotating"))
        yield replace(made, began=time.monotonic())


def _providers(
    folder: Path,
    service: Service,
) -> tuple[Provider, Provider]:
    """Return two that differ in all that a provider may choose."""
    names = ("certified", "other", "mistyped", "rotating")
    back = [callback(service, name) for name in names]
    people = {name: _claims(name) for name in KNOWN}
    certified = Provider(folder, people, back)
    other = Provider(
        folder,
        people,
        back,
        algorithm="ES256",
        method="client_secret_post",
        sparing=False,
    )
    return certified, other


def callback(
    service: Service,
    provider_id: str,
) -> str:
    """Return what is registered at a provider."""
    return service.url(f"/account/social/{provider_id}/callback/")


def _claims(name: str) -> dict[str, Any]:
    return {
        "email": f"{name}@example.com",
        "email_verified": name != "cho",
        "name": name.title(),
    }


def _set_up_here(
    scene: Scene,
    listener: Listener,
) -> None:
    """Make the first service's people and applications, and connect it to both providers."""
    back = [f"{listener.origin}/callback"]
    web = {"type": "web", "redirect_uris": back, "grants": [CODE, REFRESH]}
    native = ["http://127.0.0.1/callback"]
    scene.here.service.cast = scene.here.ask(
        "perform",
        play={
            "apis": {API: ["orders:read"]},
            "people": {name: keys_of(name, "here") for name in HERE},
            "applications": {
                "own": {**web, "is_first_party": True},
                "spa": {"type": "spa", "redirect_uris": back, "audiences": [API]},
                "app": {"type": "native", "redirect_uris": native, "audiences": [API]},
            },
        },
    )
    known = {"client_id": CLIENT, "client_secret": SECRET, "trusts_email": True}
    at = {"issuer": scene.certified.issuer, **known}
    connections = {
        "certified": {**at, "keeps_tokens": True},
        "rotating": at,
        "mistyped": {**at, "client_secret": "a-secret-of-another"},
        "other": {**known, "issuer": scene.other.issuer},
        "absent": {**known, "issuer": f"http://localhost:{free_port()}"},
    }
    for name, traits in connections.items():
        scene.here.ask("connect", provider_id=name, **traits)


def _set_up_there(scene: Scene) -> None:
    """Make the second service's people, and the first service its client: three times."""
    names = ("ours", "asking", "ending")
    traits: dict[str, dict[str, Any]] = {
        name: {
            "type": "web",
            "redirect_uris": [callback(scene.here.service, name)],
            "is_first_party": name != "asking",
        }
        for name in names
    }
    scene.there.service.cast = scene.there.ask(
        "perform",
        play={
            "apis": {},
            "people": {name: keys_of(name, "there") for name in ELSEWHERE},
            "applications": traits,
        },
    )
    for name in names:
        told = scene.there.service.cast[name]
        issuer = scene.there.issuer
        scene.here.ask(
            "connect", provider_id=name, issuer=issuer, trusts_email=True, **told
        )


@pytest.fixture
def here(scene: Scene) -> Instance:
    """The service that people sign in to."""
    return scene.here


@pytest.fixture
def there(scene: Scene) -> Instance:
    """The service that is their provider."""
    return scene.there


@pytest.fixture
def service(scene: Scene) -> Service:
    """The first one, for the scripts of client libraries."""
    return scene.here.service


Coming = Callable[..., Traveller]


@pytest.fixture
def somebody(scene: Scene) -> Coming:
    """Return a function that makes a new browser, with somebody of this name before it."""
    return partial(_somebody, scene)


def _somebody(
    scene: Scene,
    name: str,
    by: str,
) -> Traveller:
    keys = {
        scene.here.issuer: keys_of(name, "here"),
        scene.there.issuer: keys_of(name, "there"),
    }
    return Traveller(scene.here.issuer, scene.sites, by=by, login=name, keys=keys)


@pytest.fixture
def own(
    scene: Scene,
    listener: Listener,
) -> Plain:
    """An application of the first service, in whose name nobody is asked to consent."""
    return Plain(scene.here.service, "own", f"{listener.origin}/callback")


def came_back(
    who: Traveller,
    own: Plain,
    by: str,
) -> str:
    """Send somebody to a provider; return with what they come back, not yet opened."""
    there = callback(own.service, by)
    back = onward_of(who.go(own.url(connection=by), until=there))
    assert back.startswith(there), back
    return back


def is_clean(page: requests.Response) -> bool:
    """Tell whether a page says that a provider did not vouch, and nothing of why."""
    said = "<h1>That did not work</h1>" in page.text
    words = ("invalid_client", "jwks", "discovery", "localhost")
    return said and page.status_code == 401 and not any(w in page.text for w in words)
