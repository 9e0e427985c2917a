"""ID tokens that apps were given; the endpoints' tests say the rest."""

import pytest

from accounts.models import User
from social.errors import ProviderUnknown, UpstreamFault
from social.models import Connection, Identity
from social.services import native
from social.services.native import Shown
from tests.factories import ApplicationFactory, ConnectionFactory, TenantFactory
from tests.social.native import NONCE, at_home, native_connection
from tests.social.upstreams import Upstream
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def google(
    db: None,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> Connection:
    at_home(monkeypatch, upstream)
    return native_connection(keeps_tokens=True)


def test_a_token_signs_in_and_is_not_kept(
    google: Connection,
    upstream: Upstream,
) -> None:
    shown = Shown("google", upstream.id_token(NONCE), NONCE)
    session = native.enter(shown, client_id=None, audience=None)
    assert isinstance(session, Session)
    assert Identity.objects.get().tokens == ""


def test_a_token_that_linked_is_used_up(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    application = ApplicationFactory()
    shown = Shown("google", upstream.id_token(NONCE), NONCE)
    assert native.link(ann, application, shown).user == ann
    with pytest.raises(UpstreamFault):
        native.link(ann, application, shown)


def test_a_nonce_is_used_up_at_one_connection_only(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    native_connection("second")
    application = ApplicationFactory()
    token = upstream.id_token(NONCE)
    for provider_id in ("google", "second"):
        native.link(ann, application, Shown(provider_id, token, NONCE))
    assert Identity.objects.filter(user=ann).count() == 2


def test_only_what_an_application_offers_is_found(db: None) -> None:
    application = ApplicationFactory()
    ConnectionFactory(provider_id="example")
    native_connection("anothers", tenant=TenantFactory())
    own = native_connection("own", tenant=application.tenant)
    assert native.connection_of("own", application) == own
    for provider_id in ("example", "anothers", ""):
        with pytest.raises(ProviderUnknown):
            native.connection_of(provider_id, application)
