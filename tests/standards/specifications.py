"""The specifications that markers may name."""

from dataclasses import dataclass

_RFC = "https://www.rfc-editor.org/rfc/rfc"
_OPENID = "https://openid.net/specs/"


@dataclass(frozen=True)
class Specification:
    """A document: how markers name it, its title, and where it stands."""

    names: tuple[str, ...]
    title: str
    url: str

    @property
    def name(self) -> str:
        """The usual name."""
        return self.names[0]

    @property
    def is_rfc(self) -> bool:
        """Whether its sections have addresses that we know."""
        return self.url.startswith(_RFC)

    def link(self, section: str) -> str:
        """Return a section, linked where its address is known."""
        if not self.is_rfc:
            return section
        part = "section" if section[0].isdigit() else "appendix"
        return f"[{section}]({self.url}#{part}-{section})"


def rfc(
    number: int,
    title: str,
) -> Specification:
    """Return an RFC."""
    return Specification((f"RFC {number}",), title, f"{_RFC}{number}")


def openid(
    title: str,
    file: str,
    *names: str,
) -> Specification:
    """Return a specification of the OpenID Foundation."""
    return Specification(names, title, f"{_OPENID}{file}.html")


SPECIFICATIONS = (
    openid("OpenID Connect Core 1.0", "openid-connect-core-1_0", "OIDC Core"),
    openid(
        "OpenID Connect Discovery 1.0", "openid-connect-discovery-1_0", "OIDC Discovery"
    ),
    openid(
        "OpenID Connect RP-Initiated Logout 1.0",
        "openid-connect-rpinitiated-1_0",
        *("OIDC RP-Initiated Logout", "RP-Initiated Logout"),
    ),
    openid(
        "OpenID Connect Back-Channel Logout 1.0",
        "openid-connect-backchannel-1_0",
        *("OIDC Back-Channel Logout", "OIDC Back-Channel Logout 1.0"),
    ),
    openid(
        "OAuth 2.0 Form Post Response Mode",
        "oauth-v2-form-post-response-mode-1_0",
        *("OAuth Form Post", "OAuth 2.0 Form Post Response Mode"),
    ),
    openid(
        "Initiating User Registration via OpenID Connect 1.0",
        "openid-connect-prompt-create-1_0",
        "OIDC Prompt Create",
    ),
    rfc(6749, "The OAuth 2.0 Authorization Framework"),
    rfc(6750, "Bearer Token Usage"),
    rfc(7009, "Token Revocation"),
    rfc(7515, "JSON Web Signature"),
    rfc(7517, "JSON Web Key"),
    rfc(7519, "JSON Web Token"),
    rfc(7521, "Assertion Framework"),
    rfc(7523, "JWT Profile for Client Authentication"),
    rfc(7591, "Dynamic Client Registration: the metadata alone"),
    rfc(7636, "Proof Key for Code Exchange"),
    rfc(7638, "JSON Web Key Thumbprint"),
    rfc(7662, "Token Introspection"),
    rfc(8176, "Authentication Method Reference Values"),
    rfc(8252, "OAuth 2.0 for Native Apps"),
    rfc(8414, "Authorization Server Metadata"),
    rfc(8628, "Device Authorization Grant"),
    rfc(8707, "Resource Indicators"),
    rfc(8725, "JWT Best Current Practices"),
    rfc(9068, "JWT Profile for Access Tokens"),
    rfc(9126, "Pushed Authorization Requests"),
    rfc(9207, "Authorization Server Issuer Identification"),
    rfc(9470, "Step Up Authentication Challenge"),
    rfc(9700, "Best Current Practice for OAuth 2.0 Security"),
)
