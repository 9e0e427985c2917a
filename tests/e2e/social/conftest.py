"""Two running services, two providers that know people, and who comes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.oidc.conftest import converse as _converse
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.plain import Plain
from tests.e2e.oidc.play import API, CODE, REFRESH
from tests.e2e.oidc.service import Service, prepared
from tests.e2e.social.instance import Instance, running
from tests.e2e.social.provider import CLIENT, SECRET, Provider
from tests.e2e.social.traveller import Traveller

converse = _converse
ELSEWHERE = ("ann", "bob", "eve", "fay")  # who has an account at the second service
HERE = ("bob", "dee", "kim")  # who has one at the first
KNOWN = ("ann", "amy", "bob", "cho", "dee", "eve", "fay", "gus", "hal", "ida", "joe", "lea")


@dataclass(frozen=True)
class Scene:
    """All who take part. `certified` and `other` are oidc-providers."""

    here: Instance
    there: Instance
    certified: Provider
    other: Provider

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
    one = {"WEB_WORKERS": "1"}
    with ThreadPoolExecutor() as pool:
        first = pool.submit(prepared, folders[0], **one)
        second = pool.submit(prepared, folders[1], "localhost", **one)
        services = first.result(), second.result()
    back = [callback(services[0], name) for name in ("certified", "other", "mistyped")]
    people = {name: _claims(name) for name in KNOWN}
    basic = ("client_secret_basic",)
    certified = Provider(folders[2], people, back, methods=basic)
    other = Provider(
        folders[2],
        people,
        back,
        algorithm="ES256",
        method="client_secret_post",
        methods=("client_secret_post",),
        sparing=False,
    )
    try:
        certified.start()
        other.start()
        with running(services[0]) as here, running(services[1]) as there:
            made = Scene(here, there, certified, other)
            _set_up_here(made, listener)
            _set_up_there(made)
            yield made
    finally:
        certified.stop()
        other.stop()


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
    scene.here.ask("connect", provider_id="certified", keeps_tokens=True, **at)
    wrong = {"client_secret": "a-secret-of-another"}  # nosec: of these tests
    scene.here.ask("connect", provider_id="mistyped", **{**at, **wrong})
    scene.here.ask(
        "connect", provider_id="other", **{**known, "issuer": scene.other.issuer}
    )


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

    def come(
        name: str,
        by: str,
    ) -> Traveller:
        keys = {
            scene.here.issuer: keys_of(name, "here"),
            scene.there.issuer: keys_of(name, "there"),
        }
        return Traveller(scene.here.issuer, scene.sites, by=by, login=name, keys=keys)

    return come


@pytest.fixture
def own(
    scene: Scene,
    listener: Listener,
) -> Plain:
    """An application of the first service, in whose name nobody is asked to consent."""
    return Plain(scene.here.service, "own", f"{listener.origin}/callback")
