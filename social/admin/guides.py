"""Where at each provider the callback URL is pasted, and what comes back from there."""

from dataclasses import dataclass

from social.models import Connection
from social.providers import PRESETS

Provider = Connection.Provider
_PLACES = {
    Provider.GITHUB: "Settings, Developer settings, OAuth apps, New OAuth app: "
    "Authorization callback URL. Then make a client secret there.",
    Provider.GOOGLE: "Google Auth Platform, Clients, Create client, type Web "
    "application: Authorized redirect URIs.",
    Provider.MICROSOFT: "Microsoft Entra admin centre, App registrations, New "
    "registration: Redirect URI of the platform Web. The secret is made under "
    "Certificates and secrets: paste its value, not its id.",
    Provider.GITLAB: "User or group settings, Applications: Redirect URI. Tick "
    "Confidential and the scopes openid, profile and email.",
    Provider.APPLE: "Certificates, Identifiers and Profiles, Identifiers, Services IDs, "
    "Sign in with Apple, Configure: Return URLs. The key is made under Keys.",
    Provider.FACEBOOK: "Your app, Use cases, Authentication, Customise, Settings: Valid "
    "OAuth redirect URIs. App id and secret are under App settings, Basic.",
    Provider.LINKEDIN: "Your app, Auth: Authorized redirect URLs. Under Products add "
    "Sign In with LinkedIn using OpenID Connect.",
    Provider.OIDC: "A confidential web client for the authorization code flow: its "
    "redirect URI (or callback URL).",
}
OPTIONAL = (
    *("issuer", "team_id", "key_id", "native_client_ids"),
    *("given_secret", "private_key"),
)


@dataclass(frozen=True)
class Guide:
    """One provider's: `place` is where the URL is pasted, `uses` the fields it knows."""

    provider: str
    label: str
    place: str
    uses: tuple[str, ...]


def uses(provider: str) -> tuple[str, ...]:
    """Return which of the optional fields a provider knows."""
    preset = PRESETS[provider]
    is_apple = provider == Provider.APPLE
    known = {
        "issuer": preset.movable,
        "team_id": is_apple,
        "key_id": is_apple,
        "native_client_ids": preset.native,
        "given_secret": not is_apple,
        "private_key": is_apple,
    }
    return tuple(name for name in OPTIONAL if known[name])


def guide(provider: str) -> Guide:
    """Return the guide to one provider."""
    known = Provider(provider)
    return Guide(provider, known.label, _PLACES[known], uses(provider))


def guides() -> list[Guide]:
    """Return those to all."""
    return [guide(provider) for provider in Provider.values]
