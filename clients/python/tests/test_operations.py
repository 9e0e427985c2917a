"""Every method is one call of `clients/openapi.yaml`, and every call has its method."""

import ast
import asyncio
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_type_hints
from urllib.parse import parse_qsl, urlsplit

import pytest

import openapi
from ntt_auth import AsyncClient, Client, _http, types
from ntt_auth._async import namespaces as awaited
from ntt_auth._sync import namespaces as blocking
from openapi import Operation

ROW = re.compile(r"^Listing\[types\.(\w+)\]$")


@dataclass
class Method:
    """A method of a namespace, and what it sent when it was called with everything."""

    name: str
    function: Any
    sent: _http.Request

    @property
    def operation(self) -> Operation:
        path = urlsplit(self.sent.url).path
        fitting = [o for o in openapi.operations() if o.fits(self.sent.method, path)]
        assert fitting, f"{self.name}: {self.sent.method} {path} is no operation"
        return fitting[0]

    @property
    def query(self) -> set[str]:
        return {name for name, _ in parse_qsl(urlsplit(self.sent.url).query)}

    @property
    def unpacked(self) -> str:
        """The name of the body's type where it is spelled out by the contract."""
        for parameter in inspect.signature(self.function).parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                return str(parameter.annotation).split("types.")[1].rstrip("]")
        return ""


def namespaces(
    owner: Any,
    prefix: str,
) -> Iterator[tuple[str, Any]]:
    for name, value in vars(owner).items():
        if isinstance(value, awaited.Namespace | blocking.Namespace):
            yield f"{prefix}.{name}", value
            yield from namespaces(value, f"{prefix}.{name}")


def value_for(parameter: inspect.Parameter) -> Any:
    return True if parameter.annotation == "bool" else parameter.name.replace("_", "-")


def arguments(function: Any) -> tuple[list[Any], dict[str, Any]]:
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            positional.append(value_for(parameter))
        elif parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value_for(parameter)
    return positional, named


def settled(value: Any) -> Any:
    return asyncio.run(value) if inspect.iscoroutine(value) else value


def called(
    name: str,
    function: Any,
) -> Method:
    sent: list[_http.Request] = []

    def answer(request: _http.Request) -> _http.Response:
        sent.append(request)
        body = {"data": [], "next_cursor": None, "has_more": False, "flow_token": "f"}
        return _http.Response(200, {}, json.dumps(body).encode())

    positional, named = arguments(function)
    with _http.override(answer):
        found = settled(function(*positional, **named))
        if hasattr(found, "page"):
            settled(found.page("a-cursor"))
    assert len(sent) == 1, f"{name} sent {len(sent)} requests"
    return Method(name, function, sent[0])


@cache
def methods(kind: Any = Client) -> list[Method]:
    client = kind("https://id.example.com", token="a-token")
    owners = [*namespaces(client, "client")]
    owners += [*namespaces(client.tenant("shop"), "client.tenant()")]
    return [
        called(f"{prefix}.{name}", getattr(owner, name))
        for prefix, owner in owners
        for name, _ in inspect.getmembers(type(owner), inspect.isfunction)
        if not name.startswith("_")
    ]


def test_every_operation_has_exactly_one_method() -> None:
    made = sorted(method.operation.id for method in methods())
    assert made == sorted(operation.id for operation in openapi.operations())


def without_key(sent: _http.Request) -> _http.Request:
    """An Idempotency-Key is another one for every call."""
    kept = {k: v for k, v in sent.headers.items() if k != "Idempotency-Key"}
    return replace(sent, headers=kept)


def test_the_client_that_never_blocks_sends_the_same() -> None:
    for one, other in zip(methods(), methods(AsyncClient), strict=True):
        assert one.name == other.name
        assert without_key(one.sent) == without_key(other.sent), one.name


def test_queries_are_those_of_the_contract() -> None:
    for method in methods():
        # a page of the keys is all of them, and asks for no cursor
        wanted = set(method.operation.query) - {"cursor"}
        assert method.query - {"cursor"} == wanted, method.name


def test_bodies_are_those_of_the_contract() -> None:
    for method in methods():
        wanted = method.operation.body
        if method.unpacked:
            assert method.unpacked == wanted, method.name
        elif wanted:
            sent = set(json.loads(method.sent.body))
            assert sent == openapi.members(wanted), method.name
        else:
            assert method.sent.body == b"", method.name


def test_answers_have_the_types_of_the_contract() -> None:
    for method in methods():
        wanted = set(method.operation.answers)
        said = str(inspect.signature(method.function).return_annotation)
        row = ROW.match(said)
        if row:
            (page,) = wanted
            data = openapi.schema(page)["properties"]["data"]
            assert data["items"]["$ref"].endswith(f"/{row[1]}"), method.name
            continue
        given = set(re.findall(r"types\.(\w+)", said))
        if "StepRequired" in said:
            wanted.discard("PendingResponse")
        assert given == wanted, method.name


def test_a_token_is_sent_exactly_where_one_is_wanted() -> None:
    for method in methods():
        bears = "Authorization" in method.sent.headers
        assert bears != method.operation.public, method.name


def test_an_idempotency_key_is_sent_exactly_where_it_is_taken() -> None:
    for method in methods():
        keyed = "Idempotency-Key" in method.sent.headers
        assert keyed == method.operation.keyed, method.name


def test_every_method_says_what_it_does() -> None:
    assert [m.name for m in methods() if not inspect.getdoc(m.function)] == []


def test_every_type_of_a_signature_is_one_of_the_contract() -> None:
    for method in methods():
        for name in re.findall(
            r"types\.(\w+)", str(inspect.signature(method.function))
        ):
            assert hasattr(types, name), f"{method.name}: {name}"


@pytest.mark.parametrize("script", ["write_types.py", "write_sync.py"])
def test_what_is_generated_is_what_the_script_would_write(script: str) -> None:
    done = openapi.server_python(f"scripts/{script}", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_generated_types_can_be_evaluated() -> None:
    tree = ast.parse(inspect.getsource(types))
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert len(names) > 100
    for name in names:
        assert get_type_hints(getattr(types, name)), name
