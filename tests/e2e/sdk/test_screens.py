"""Own screens by `@ntt-auth/client/headless`, with a passkey that chromium makes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.virtual_authenticator import (
    VirtualAuthenticatorOptions,
)

from tests.e2e.oidc.service import Service, prepared
from tests.e2e.sdk.examples import package, run
from tests.e2e.sdk.play import ANN, play

pytestmark = pytest.mark.e2e
SCREENS = """
const [options, person, tell] = arguments;
(async () => {
  const { Headless, createPasskey, getPasskey } = ntt;
  const headless = new Headless(options);
  const { tokens } = await headless.login(person);
  const { me } = new Headless({ ...options, token: tokens.access_token });
  const begun = await me.mfa.enroll({ method: "webauthn" });
  const made = { flow_token: begun.flow_token, credential: await createPasskey(begun) };
  const { recovery_codes } = await me.mfa.confirm({ ...made, method: "webauthn", name: "Key" });
  const wanted = await headless.login(person);
  const credential = await getPasskey(await headless.mfaOptions(wanted.flowToken));
  const second = await headless.mfa(wanted.flowToken, { method: "webauthn", credential });
  const alone = await headless.beginPasskey();
  const first = await headless.passkey(alone.flow_token, await getPasskey(alone));
  return [recovery_codes.length, wanted.kind, second.kind, first.tokens.user.email];
})().then(tell, (error) => tell(String(error)));
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = prepared(tmp_path, host="localhost")
    made.perform(play())
    made.server.start()
    try:
        yield made
    finally:
        made.server.stop()


def bundled(folder: Path) -> str:
    """Return the headless entry as one script."""
    script = folder / "headless.js"
    flags = ("--bundle", "--format=iife", "--global-name=ntt", f"--outfile={script}")
    entry = "src/headless/index.ts"
    run("node_modules/.bin/esbuild", entry, *flags, folder=package())
    return script.read_text()


def test_a_person_makes_a_passkey_and_signs_in_by_it(
    service: Service,
    chromium: Chrome,
    tmp_path: Path,
) -> None:
    chromium.set_script_timeout(60)
    chromium.get(service.issuer)
    chromium.add_virtual_authenticator(
        VirtualAuthenticatorOptions(
            transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
            has_resident_key=True,
            has_user_verification=True,
            is_user_verified=True,
        )
    )
    client_id = service.cast["spa"]["client_id"]
    options = {"issuer": service.issuer, "clientId": client_id}
    person = ANN | {"audience": f"{service.issuer}/api/v1"}  # for `me`
    screens = f"{bundled(tmp_path)}\n{SCREENS}"
    told = chromium.execute_async_script(screens, options, person)
    assert told == [10, "mfa", "signed-in", ANN["email"]]
