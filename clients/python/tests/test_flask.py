"""Flask: factories, several audiences, async views, blueprints, own handlers."""

import logging
from typing import Any

import pytest
from flask import Blueprint, Flask, Response
from flask.views import MethodView

import tokens
from ntt_auth import ConfigurationError, Refused, Unavailable, Verifier
from ntt_auth.flask import Auth, current_principal

REPORTS = "https://api.example.com/reports"
STATIC: dict[str, Any] = {"jwks": tokens.jwks(), "revocation": "off"}


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.mint(**claims)}"}


@pytest.fixture
def app() -> Flask:
    return Flask("orders")


@pytest.fixture
def auth() -> Auth:
    return Auth(verifier=Verifier(**tokens.VERIFYING))


def whose() -> Any:
    return {"sub": current_principal.sub}


def test_an_application_factory_gives_the_configuration() -> None:
    auth = Auth(**STATIC)
    blueprint = Blueprint("orders", "orders", url_prefix="/v1")
    blueprint.get("/orders")(auth.require(scopes=["orders:read"])(whose))

    def create() -> Flask:
        app = Flask("orders")
        app.config["NTT_AUTH_ISSUER"] = tokens.ISSUER
        app.config["NTT_AUTH_AUDIENCE"] = tokens.AUDIENCE
        auth.init_app(app)
        app.register_blueprint(blueprint)
        return app

    for app in (create(), create()):  # as tests do: an application for each
        client = app.test_client()
        assert client.get("/v1/orders").status_code == 401
        assert client.get("/v1/orders", headers=bearer()).json == {"sub": "ada"}


def test_the_environment_is_read_last(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NTT_AUTH_ISSUER", tokens.ISSUER)
    monkeypatch.setenv("NTT_AUTH_AUDIENCE", "of the environment")
    assert Auth(app, audience="given", **STATIC).verifier.audience == "given"
    assert Auth(app, **STATIC).verifier.audience == "of the environment"


def test_without_init_app_it_says_what_is_missing(app: Flask) -> None:
    app.testing = True
    app.get("/")(Auth().require()(whose))
    with pytest.raises(ConfigurationError, match="init_app"):
        app.test_client().get("/", headers=bearer())


def test_several_audiences_live_in_one_application(app: Flask) -> None:
    for audience in (tokens.AUDIENCE, REPORTS):
        auth = Auth(app, issuer=tokens.ISSUER, audience=audience, **STATIC)
        where = "/" + audience.rpartition("/")[2]
        app.add_url_rule(where, where, auth.require()(whose))
    client = app.test_client()
    for audience in (tokens.AUDIENCE, REPORTS):
        allowed = {
            where
            for where in ("/orders", "/reports")
            if client.get(where, headers=bearer(aud=audience)).status_code == 200
        }
        assert allowed == {"/" + audience.rpartition("/")[2]}


def test_an_async_view_is_protected(
    app: Flask,
    auth: Auth,
) -> None:
    pytest.importorskip("asgiref")
    auth.init_app(app)

    @app.get("/")
    @auth.require()
    async def orders() -> Any:
        return whose()

    assert app.test_client().get("/").status_code == 401
    assert app.test_client().get("/", headers=bearer()).json == {"sub": "ada"}


def test_a_class_of_views_is_protected(
    app: Flask,
    auth: Auth,
) -> None:
    auth.init_app(app)

    class Orders(MethodView):
        decorators = [auth.require(scopes=["orders:read"])]  # noqa: RUF012

        def get(self) -> Any:
            return whose()

    app.add_url_rule("/", view_func=Orders.as_view("orders"))
    assert app.test_client().get("/").status_code == 401
    assert app.test_client().get("/", headers=bearer()).json == {"sub": "ada"}


@pytest.mark.parametrize("before", [True, False])
def test_a_handler_of_the_application_stays(
    app: Flask,
    auth: Auth,
    before: bool,
) -> None:
    def mine(error: Any) -> Any:
        return {"mine": error.code}, error.status

    if before:
        app.register_error_handler(Refused, mine)
    auth.init_app(app)
    if not before:
        app.register_error_handler(Refused, mine)
    app.get("/")(auth.require()(whose))
    assert app.test_client().get("/").json == {"mine": "token_missing"}


def test_a_handler_for_every_exception_does_not_hide_refusals(
    app: Flask,
    auth: Auth,
) -> None:
    app.register_error_handler(Exception, lambda _: ("Oh no.", 500))
    auth.init_app(app)
    app.get("/")(auth.require()(whose))
    assert app.test_client().get("/").status_code == 401


def test_what_a_view_raises_is_answered_too(
    app: Flask,
    auth: Auth,
) -> None:
    auth.init_app(app)

    @app.get("/")
    def late() -> None:
        raise Unavailable(retry_after=3)

    answer = app.test_client().get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")


def test_head_needs_the_token_and_options_does_not(
    app: Flask,
    auth: Auth,
) -> None:
    auth.init_app(app)
    app.get("/")(auth.require()(whose))
    client = app.test_client()
    assert client.head("/").status_code == 401
    assert client.head("/", headers=bearer()).status_code == 200
    assert client.options("/").status_code == 200


def test_a_stream_is_refused_before_it_begins_and_knows_who_reads(
    app: Flask,
    auth: Auth,
) -> None:
    auth.init_app(app)

    @app.get("/")
    @auth.require()
    def lines() -> Response:
        sub = current_principal.sub
        return Response(f"{sub}{n}" for n in range(2))

    assert app.test_client().get("/").status_code == 401
    assert app.test_client().get("/", headers=bearer()).text == "ada0ada1"


def test_a_form_field_is_no_token(
    app: Flask,
    auth: Auth,
) -> None:
    auth.init_app(app)
    app.post("/")(auth.require()(whose))
    answer = app.test_client().post("/", data={"access_token": tokens.mint()})
    assert answer.json and answer.json["code"] == "token_missing"


def test_nobody_is_known_where_nobody_looked(
    app: Flask,
    auth: Auth,
) -> None:
    app.testing = True
    auth.init_app(app)
    app.get("/")(whose)
    with pytest.raises(ConfigurationError, match="require"):
        app.test_client().get("/", headers=bearer())


def test_the_principal_of_one_request_is_not_the_nexts(
    app: Flask,
    auth: Auth,
) -> None:
    auth.init_app(app)

    @app.get("/")
    @auth.optional()
    def orders() -> Any:
        return {"sub": current_principal.sub if current_principal else None}

    client = app.test_client()
    assert client.get("/", headers=bearer()).json == {"sub": "ada"}
    assert client.get("/").json == {"sub": None}


def test_a_refusal_is_not_logged_as_a_fault(
    app: Flask,
    auth: Auth,
    caplog: pytest.LogCaptureFixture,
) -> None:
    auth.init_app(app)
    app.get("/")(auth.require()(whose))
    with caplog.at_level(logging.DEBUG):
        app.test_client().get("/", headers=bearer(exp=1))
    assert caplog.text == ""
