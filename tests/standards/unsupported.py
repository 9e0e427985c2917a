"""What is left out on purpose.

Each with its name, where it is specified, what is said to who asks, and why.
"""

UNSUPPORTED = (
    (
        "Implicit and hybrid flows",
        "RFC 6749 4.2, OIDC Core 3.2 and 3.3",
        "`unsupported_response_type`",
        "Tokens in a URL end up in histories and logs; RFC 9700 2.1.2 says not to.",
    ),
    (
        "Password grant",
        "RFC 6749 4.3",
        "`unsupported_grant_type`",
        "It shows passwords to clients and knows no second factor; RFC 9700 2.4 forbids "
        "it. Our own applications have the REST door.",
    ),
    (
        "PKCE by `plain`, and the code flow without PKCE",
        "RFC 7636 4.2",
        "`invalid_request`",
        "Every client sends a challenge by S256, confidential ones too (RFC 9700 2.1.1).",
    ),
    (
        "Request objects (`request`)",
        "OIDC Core 6, RFC 9101",
        "`request_not_supported`",
        "Pushed requests give the same and need no signature of the client.",
    ),
    (
        "`request_uri` but for pushed requests",
        "OIDC Core 6.2",
        "`request_uri_not_supported`",
        "We fetch nothing that a stranger's browser names.",
    ),
    (
        "Dynamic client registration",
        "RFC 7591, RFC 7592, OIDC Registration",
        "no endpoint",
        "Operators make applications: in the console, over REST or by command. The names "
        "of their metadata are those of RFC 7591.",
    ),
    (
        "Front-channel logout",
        "OIDC Front-Channel Logout",
        "not in discovery",
        "It needs third-party cookies, which browsers block. There is back-channel logout.",
    ),
    (
        "Session management by iframe",
        "OIDC Session Management",
        "not in discovery",
        "For the same reason. There are back-channel logout and the revocation feed.",
    ),
    (
        "The parameter `claims`",
        "OIDC Core 5.5",
        "ignored, `claims_parameter_supported` is false",
        "Scopes say what is told, so that consent can show it in words.",
    ),
    (
        "Aggregated and distributed claims",
        "OIDC Core 5.6",
        "not in discovery",
        "All that we tell is ours to tell.",
    ),
    (
        "Pairwise subjects",
        "OIDC Core 8.1",
        "`subject_types_supported` is public",
        "The services of a tenant must mean the same person by the same `sub`.",
    ),
    (
        "Encrypted ID tokens and UserInfo",
        "OIDC Core 10.2",
        "not in discovery",
        "The client fetches both from us, by TLS.",
    ),
    (
        "`response_mode=fragment`, and JARM",
        "OAuth 2.0 Multiple Response Types, JARM",
        "`invalid_request`",
        "A code comes by query or form post; `iss` tells from whom (RFC 9207).",
    ),
    (
        "Access tokens in the query or the body",
        "RFC 6750 2.2 and 2.3",
        "`invalid_request`",
        "What stands in a URL ends up in logs; the header is enough.",
    ),
    (
        "`client_secret_jwt`",
        "OIDC Core 9",
        "`invalid_client`",
        "Secrets are stored hashed, so none can be a key. There is `private_key_jwt`.",
    ),
    (
        "Client authentication by mTLS, and tokens bound by mTLS or DPoP",
        "RFC 8705, RFC 9449",
        "ignored",
        "Not yet. Tokens live for minutes, and a revocation reaches all in two seconds.",
    ),
    (
        "Token exchange",
        "RFC 8693",
        "`unsupported_grant_type`",
        "Not yet: a service asks for a token of its own.",
    ),
    (
        "JWT and SAML assertions as grants",
        "RFC 7522, RFC 7523 2.1",
        "`unsupported_grant_type`",
        "Nobody but us says who somebody is.",
    ),
    (
        "Rich authorization requests",
        "RFC 9396",
        "ignored",
        "Not yet: scopes and `resource` are enough for what there is.",
    ),
    (
        "Several resources in one token",
        "RFC 8707 2",
        "`invalid_request`",
        "A token is for one audience; a refresh asks for another.",
    ),
    (
        "Signed introspection responses",
        "RFC 9701",
        "JSON is answered",
        "Not yet: the answer comes from us by TLS to a client that proved itself.",
    ),
    (
        "`username` in introspection",
        "RFC 7662 2.2",
        "left out",
        "An API is told what the token says, and nothing of a person besides.",
    ),
    (
        "Client-initiated backchannel authentication",
        "OIDC CIBA",
        "`unsupported_grant_type`",
        "Not yet: there is the device grant.",
    ),
)
