// A single-page application with oidc-client-ts: one page that begins, comes back and says bye.
const { UserManager, WebStorageStateStore } = window.oidc;
const given = await (await fetch("/settings.json")).json();
const here = `${location.origin}/page.html`;

window.manager = new UserManager({
  authority: given.issuer,
  client_id: given.client_id,
  redirect_uri: here,
  post_logout_redirect_uri: here,
  scope: given.scope,
  loadUserInfo: true,
  revokeTokensOnSignout: true,
  userStore: new WebStorageStateStore({ store: sessionStorage }),
});

function show(state, told = "") {
  document.getElementById("told").textContent = told;
  document.getElementById("state").textContent = state;
}

const query = new URLSearchParams(location.search);
try {
  if (query.has("code") || query.has("error")) {
    const user = await manager.signinCallback();
    show("Signed in", user.profile.email);
  } else if (query.has("state")) {
    await manager.signoutCallback();
    show("Signed out");
  } else {
    show("Ready");
  }
} catch (error) {
  show("Failed", `${error.name}: ${error.message}`);
}
