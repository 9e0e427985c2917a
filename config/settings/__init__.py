"""The settings, from the one table in `environment.py`.

`DJANGO_ENV` says which instance this is: `development` (the embedded default),
`production`, or `test`. Production refuses unsafe values in `config/checks.py`.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.settings import console, databases, local, logs, machine
from config.settings.environment import read

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT: str = read("DJANGO_ENV")
PRODUCTION = ENVIRONMENT == "production"
TESTING = ENVIRONMENT == "test"
EMBEDDED = ENVIRONMENT == "development"
if not (PRODUCTION or TESTING or EMBEDDED):
    raise ValueError("DJANGO_ENV is not development, production or test")
VAR_DIR = Path(read("VAR_DIR", str(BASE_DIR / "var")))
DEBUG: bool = read("DEBUG")

_own = local.load_or_create(VAR_DIR) if EMBEDDED else {}
if TESTING:
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    _own = {"SECRET_KEY": "test-" * 12, "ENCRYPTION_KEYS": "test-encryption-key"}
SECRET_KEY: str = read("SECRET_KEY", _own.get("SECRET_KEY", ""))
ENCRYPTION_KEYS: list[str] = read("ENCRYPTION_KEYS", [_own.get("ENCRYPTION_KEYS", "")])

HOST: str = read("HOST")
PORT: int = read("PORT")
ISSUER: str = read("ISSUER", "" if PRODUCTION else f"http://{HOST}:{PORT}")
IDENTITY_API = f"{ISSUER}/api/v1"
USER_INFO = f"{ISSUER}/oauth/userinfo"
_issuer_host = urlsplit(ISSUER).hostname or "localhost"
ALLOWED_HOSTS: list[str] = [_issuer_host, *read("ALLOWED_HOSTS", [])]
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]", "testserver"]
TRUSTED_PROXIES: int = read("TRUSTED_PROXIES")
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
)
_https = ISSUER.startswith("https://")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.site.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "accounts.audit",
    "accounts.outbox",
    "accounts.privacy",
    "tenants",
    "tokens",
    "tokens.oidc",
    "social",
]

MIDDLEWARE = [
    "config.middleware.RequestContextMiddleware",
    "config.metrics.MetricsMiddleware",
    "config.middleware.SecurityHeadersMiddleware",
    "config.middleware.BadRequestMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.PagesMiddleware",
]
# What only pages need (cookies, CSRF, messages): PagesMiddleware runs it outside the API.
PAGES_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.languages.LanguageMiddleware",
]
SILENCED_SYSTEM_CHECKS = [
    *["admin.E408", "admin.E409", "admin.E410"],  # they run inside PagesMiddleware
    "auth.W004",  # `email_key` is the unique one; `accounts.backends` looks there
    "models.W036",  # allauth's conditional constraint; `email_key` is ours
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.brand.for_page",
                "config.languages.for_page",
            ],
        },
    },
]

DATABASES: dict[str, Any] = {
    "default": databases.configure(
        read("DATABASE_URL", ""),
        var=VAR_DIR,
        production=PRODUCTION,
        ca=read("DATABASE_CA"),
    )
}
ALLOW_SQLITE: bool = read("ALLOW_SQLITE")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL: str = read("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
BCRYPT_ROUNDS: int = 4 if TESTING else read("BCRYPT_ROUNDS")
PASSWORD_MIN_LENGTH: int = read("PASSWORD_MIN_LENGTH")
HASHING_SLOTS: int = read("HASHING_SLOTS", machine.cores())
HASHING_QUEUE: int = read("HASHING_QUEUE")
PASSWORD_HASHERS = [
    "accounts.hashers.BoundedBCryptSHA256PasswordHasher",  # makes; the others check
    *["accounts.hashers.kinds.Bcrypt", "accounts.hashers.kinds.Argon2"],
    "accounts.hashers.kinds.DjangoPBKDF2",
    "accounts.hashers.kinds.KeycloakPBKDF2",
    "accounts.hashers.kinds.FirebaseScrypt",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.passwords.PolicyValidator"}]

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # `User.email` is ours, allauth would fold it
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # a tenant may relax it: accounts.flows
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 1000  # ours is LIMIT_RESEND_ACCOUNT
ACCOUNT_RATE_LIMITS = False  # ours are exact under any number of workers
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who may enrol, `flows` decides
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a code of the step before or after
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = False  # as ACCOUNT_RATE_LIMITS
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # `flows` compares origin and ISSUER exactly
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ["app"]
HEADLESS_TOKEN_STRATEGY = "accounts.flows.TokenStrategy"

LIMITS: dict[str, str] = {
    "login_account": read("LIMIT_LOGIN_ACCOUNT"),
    "login_ip": read("LIMIT_LOGIN_IP"),
    "register_ip": read("LIMIT_REGISTER_IP"),
    "resend_account": read("LIMIT_RESEND_ACCOUNT"),
    "notices_account": read("LIMIT_NOTICES_ACCOUNT"),
    "reset_ip": read("LIMIT_RESET_IP"),
    "passkey_ip": read("LIMIT_PASSKEY_IP"),
    "factor_account": read("LIMIT_FACTOR_ACCOUNT"),
    "authorizations_ip": read("LIMIT_AUTHORIZATIONS_IP"),
    "token_failures_ip": read("LIMIT_TOKEN_FAILURES_IP"),
    "export_account": read("LIMIT_EXPORT_ACCOUNT"),
    "device_codes_ip": read("LIMIT_DEVICE_CODES_IP"),
    "device_codes_client": read("LIMIT_DEVICE_CODES_CLIENT"),
    "device_guesses_account": read("LIMIT_DEVICE_GUESSES_ACCOUNT"),
    "device_guesses_ip": read("LIMIT_DEVICE_GUESSES_IP"),
    "api_caller": read("LIMIT_API_CALLER"),
}
RATE_LIMITS: bool = read("RATE_LIMITS") != "off"

ACCESS_TOKEN_SECONDS: int = read("ACCESS_TOKEN_SECONDS")
ACCESS_TOKEN_MAX_SECONDS: int = read("ACCESS_TOKEN_MAX_SECONDS")
SESSION_IDLE_SECONDS: int = read("SESSION_IDLE_SECONDS")
SESSION_ABSOLUTE_SECONDS: int = read("SESSION_ABSOLUTE_SECONDS")
STEP_UP_SECONDS: int = read("STEP_UP_SECONDS")
MFA_FRESH_HOURS: int = read("MFA_FRESH_HOURS")
ERASURE_GRACE_DAYS: int = read("ERASURE_GRACE_DAYS")
REFRESH_GRACE_SECONDS: int = read("REFRESH_GRACE_SECONDS")
REVOCATION_FEED_MAX_AGE: int = read("REVOCATION_FEED_MAX_AGE")
KEY_PREPUBLISH_SECONDS: int = read("KEY_PREPUBLISH_SECONDS")

_mail = read("EMAIL_URL")
MAILBOX = EMBEDDED and not _mail  # mail is kept for the console, and sent to nobody
if TESTING:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
elif _mail:
    import environ

    vars().update(environ.Env.email_url_config(_mail))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = read("MAIL_FROM")
OUTBOX_INLINE: bool = read("OUTBOX_INLINE", EMBEDDED)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tokens.api.authentication.BearerAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["config.throttles.CallerThrottle"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "config.openapi.Schema",
    "EXCEPTION_HANDLER": "config.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "NTT Authentication Server",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "DESCRIPTION": "Sign-up, sign-in, tokens and their revocation; and management.",
    "LICENSE": {"name": "Apache-2.0"},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "FactorMethodEnum": ["totp", "webauthn", "recovery_code"],
        "EnrolMethodEnum": ["totp", "webauthn"],
        "SigningAlgorithmEnum": ["ES256", "EdDSA", "RS256"],
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-ntt-session" if _https else "ntt-session"
CSRF_COOKIE_NAME = "__Host-ntt-csrf" if _https else "ntt-csrf"
LANGUAGE_COOKIE_NAME = "__Host-ntt-language" if _https else "ntt-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = _https
LANGUAGE_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.problems.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if _https else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOWED_ORIGINS: list[str] = []
CORS_ALLOW_HEADERS = [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "x-requested-with",  # Swagger's, with the code; we read nothing into it
]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After", "X-Request-ID"]
CORS_PREFLIGHT_MAX_AGE = 3600
CORS_URLS_REGEX = r"^/(api/v1|oauth|\.well-known)/"

STATIC_URL = "/static/"
STATIC_ROOT = Path(read("STATIC_ROOT", str(VAR_DIR / "static")))
WHITENOISE_USE_FINDERS = not PRODUCTION
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ja", "日本語"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "config.formats"
BRAND_RESOLVER = "tenants.brands.brand_of"

UNFOLD = console.theme(environment=ENVIRONMENT)
CONSOLE_GATE, CONSOLE_WAY, CONSOLE_EXIT = console.GATE, console.WAY, console.EXIT
CONSOLE_SETUP = console.SETUP
CONSOLE_SECTIONS = console.SECTIONS

METRICS_TOKEN: str = read("METRICS_TOKEN")
LOG_FORMAT: str = read("LOG_FORMAT", "json" if PRODUCTION else "text")
LOGGING = logs.configure(format=LOG_FORMAT, level=read("LOG_LEVEL"))
OUTBOUND_ALLOWED_HOSTS: list[str] = read("OUTBOUND_ALLOWED_HOSTS", [])
POPUP_SIGN_IN: bool = read("POPUP_SIGN_IN")
WEB_WORKERS: int = read("WEB_WORKERS")
# signing in can hold slots and queue; these many threads stay free for tokens
WEB_THREADS: int = read("WEB_THREADS", HASHING_SLOTS + HASHING_QUEUE + 14)
