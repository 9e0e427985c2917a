"""What is known of each provider: where it is, what it is asked for, what it can do.

Most speak OpenID Connect and differ in a few words; GitHub and Facebook have dialects of
their own (`social.upstream`).
"""

from dataclasses import dataclass, field

from social.models import Connection

Provider = Connection.Provider


@dataclass(frozen=True)
class Preset:
    """One provider's ways.

    `issuer` is where it is unless a connection says otherwise; `aliases` are further
    spellings in its ID tokens. `scopes` are asked for always. `pkce` and `nonce`: it takes
    a challenge, and repeats a nonce. `userinfo`: what its ID token says is compared with
    its UserInfo. `trusts_email` is a new connection's default. `native`: apps may send its
    ID tokens. `movable`: an operator may say where it is. `extra` are parameters of the
    way there, `fresh` further ones that ask for a new proof of who somebody is; `dated`: its
    ID token then says when that was.
    """

    issuer: str = ""
    aliases: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    pkce: bool = True
    nonce: bool = True
    userinfo: bool = False
    trusts_email: bool = False
    native: bool = False
    movable: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, str] = field(default_factory=lambda: {"prompt": "login"})
    dated: bool = False


PRESETS: dict[str, Preset] = {
    Provider.GITHUB: Preset(
        issuer="https://github.com",
        scopes=("read:user", "user:email"),
        nonce=False,
        trusts_email=True,
        movable=True,
        fresh={"prompt": "select_account"},
    ),
    Provider.GOOGLE: Preset(
        issuer="https://accounts.google.com",
        aliases=("accounts.google.com",),
        trusts_email=True,
        native=True,
        fresh={"prompt": "select_account"},
    ),
    Provider.MICROSOFT: Preset(
        issuer="https://login.microsoftonline.com/common/v2.0",
        movable=True,
    ),
    Provider.GITLAB: Preset(
        issuer="https://gitlab.com", userinfo=True, trusts_email=True, movable=True
    ),
    Provider.APPLE: Preset(
        issuer="https://appleid.apple.com",
        scopes=("openid", "name", "email"),
        pkce=False,
        trusts_email=True,
        native=True,
        extra={"response_mode": "form_post"},
        fresh={},
    ),
    Provider.FACEBOOK: Preset(
        issuer="https://www.facebook.com",
        scopes=("public_profile", "email"),
        nonce=False,
        fresh={"auth_type": "reauthenticate"},
    ),
    Provider.LINKEDIN: Preset(
        issuer="https://www.linkedin.com/oauth",
        pkce=False,  # its web applications are refused with a verifier
        nonce=False,
        trusts_email=True,
        fresh={},
    ),
    Provider.OIDC: Preset(
        userinfo=True,
        movable=True,
        fresh={"prompt": "login", "max_age": "0"},
        dated=True,
    ),
}


def preset_of(connection: Connection) -> Preset:
    """Return what is known of a connection's provider."""
    return PRESETS[connection.provider]


def issuer_of(connection: Connection) -> str:
    """Return where a connection's provider is: a URL without a slash at its end."""
    return (connection.issuer or preset_of(connection).issuer).rstrip("/")


def scopes_of(connection: Connection) -> list[str]:
    """Return what is asked for: the provider's own, and what an operator added."""
    return list(dict.fromkeys((*preset_of(connection).scopes, *connection.scopes)))


def speaks_oidc(connection: Connection) -> bool:
    """Tell whether a provider hands out ID tokens."""
    return "openid" in preset_of(connection).scopes


def posting() -> list[str]:
    """Return the providers whose answer is a form that the browser posts (Apple)."""
    modes = {
        name: preset.extra.get("response_mode") for name, preset in PRESETS.items()
    }
    return [name for name, mode in modes.items() if mode == "form_post"]
