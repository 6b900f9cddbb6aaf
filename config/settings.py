"""Settings of the whole site: one file, read from the environment, safe where nothing is set.

Every value is checked here. One that is missing in production, or that is not understood, stops the start and names its
variable, because a site that starts with half its settings is worse than one that does not start.
"""

import ipaddress
import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from config import sentry, uploads

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")  # all that is not code
if not VAR_DIR.is_absolute():
    raise ImproperlyConfigured(f"VAR_DIR must be an absolute path, not {str(VAR_DIR)!r}.")

env = environ.Env()


def env_bool(name: str, default: bool) -> bool:
    """Read a yes or no; anything but true, false, 1 or 0 is refused (django-environ would read it as no)."""
    words = {"true": True, "1": True, "false": False, "0": False}
    value = os.environ.get(name, str(default)).lower()
    if value not in words:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return words[value]


def env_choice(name: str, default: str, choices: set[str]) -> str:
    """Read one of a few words."""
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(filter(None, choices)))}, not {value!r}.")
    return value


WITHOUT_OPTIONS = ("DATABASE_URL", "CACHE_URL")  # but for PostgreSQL, whose sslmode and the like are passed on


def env_url(name: str, default: str, kinds: tuple[str, ...], parse) -> dict:
    """Read an address such as postgres://..., whose scheme must be one of `kinds`."""
    value = os.environ.get(name, default)
    kind, has_address, rest = value.partition("://")
    if kind not in kinds or not has_address:
        raise ImproperlyConfigured(f"{name} must begin with one of {', '.join(kinds)}, followed by ://.")
    if "?" in rest and name in WITHOUT_OPTIONS and kind != "postgres":
        raise ImproperlyConfigured(f"{name} takes no options after a question mark: they would not be followed.")
    try:
        return parse(name, default=value)
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} is not an address that can be read: {error}") from error


def env_networks(name: str, default: str) -> list[str]:
    """Read addresses and networks, with commas; a name or a star is refused, for it would trust more than was meant."""
    values = [value.strip() for value in os.environ.get(name, default).split(",") if value.strip()]
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must list addresses or networks: {error}.") from error
    return values


def env_matching(name: str, pattern: str, kind: str, default: str = "") -> str:
    """Read a text of which nothing but `pattern` is understood."""
    value = os.environ.get(name, default)
    if not re.fullmatch(pattern, value, re.IGNORECASE):
        raise ImproperlyConfigured(f"{name} must be {kind}, not {value!r}.")
    return value


def listed(pattern: str) -> str:
    """Any number of what the pattern says, with commas."""
    return rf"\s*({pattern})?(\s*,\s*({pattern})?)*\s*"


# Mode and secrets

DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Set it to a long random value and keep it secret.")
HOST = r"\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]"  # no scheme, no port: such a one would never match
env_matching("ALLOWED_HOSTS", listed(HOST), "names of hosts with commas")
env_matching("CSRF_TRUSTED_ORIGINS", listed(r"https?://[a-z0-9*.:_[\]-]+"), "origins such as https://example.org")
ALLOWED_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])]
CSRF_TRUSTED_ORIGINS = [origin.strip() for origin in env.list("CSRF_TRUSTED_ORIGINS", default=[])]
SSL_REDIRECT = env_bool("SSL_REDIRECT", default=not DEBUG)
TRUSTED_PROXIES = env_networks("TRUSTED_PROXIES", "127.0.0.1,::1")  # whose X-Forwarded-... is believed; see wsgi.py

# The site

CONTACT_EMAIL = env_matching("CONTACT_EMAIL", r"([^@\s]+@[^@\s]+)?", "one address")
COUNTRIES = {"", "UK", "EU", "US", "CA", "AU", "NZ"}
EMERGENCY_COUNTRY = env_choice("EMERGENCY_COUNTRY", "", COUNTRIES)
REFUSE_HIDDEN_QUERIES = DEBUG  # a page that loads a field or row it did not ask for fails where developers see it
REVIEW_NEEDS_SECOND_PERSON = env_bool("REVIEW_NEEDS_SECOND_PERSON", default=True)

INSTALLED_APPS = [
    "config",
    "triage",
    "supplements",
    "articles",
    "config.apps.DeskConfig",  # the admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
]

MIDDLEWARE = [
    "config.logs.follow",
    "config.logs.time_in_debug",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "config.prefetching.offer_rules",
    "config.requests.refuse_unreadable",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.second_factor.whole_or_nobody",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",  # last, as it asks for
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "config.views.site",
            ],
            "builtins": ["articles.templatetags.once"],
        },
    },
]

# Database: SQLite under var/ unless DATABASE_URL says otherwise

DATABASES = {
    "default": env_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}", ("sqlite", "postgres"), env.db_url)
}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE_FILE = Path(DATABASE["NAME"])
    # Only these commands may create the file: a site that loses its database must say so, not open an empty one.
    may_create = DEBUG or sys.argv[1:2] in (["migrate"], ["restore"], ["quickstart"])
    if may_create:
        DATABASE_FILE.parent.mkdir(parents=True, exist_ok=True)
    DATABASE["NAME"] = f"{DATABASE_FILE.absolute().as_uri()}?mode={'rwc' if may_create else 'rw'}"
    DATABASE["CONN_MAX_AGE"] = None
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,  # seconds to wait for the write lock
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASE_FILE = None
    DATABASE["CONN_MAX_AGE"] = 0  # the pool keeps the connections
    # A machine that says nothing any more is given up, before the threads that wait for it are all there are.
    patience = {"connect_timeout": 3, "tcp_user_timeout": 3_000}  # seconds and milliseconds
    pool = {"min_size": 1, "max_size": 20, "timeout": 5}
    if sys.argv[1:2] == ["serve"]:  # a command may have a query that takes minutes
        from config.patience import PatientConnection

        pool["connection_class"] = PatientConnection
    DATABASE["OPTIONS"] = patience | DATABASE.get("OPTIONS", {}) | {"pool": pool}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": env_url("CACHE_URL", "locmemcache://", ("locmemcache", "redis", "rediss", "dummycache"), env.cache_url)
}
if CACHES["default"]["BACKEND"].startswith("django_redis"):
    CACHES["default"]["BACKEND"] = "django.core.cache.backends.redis.RedisCache"
    CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": 1, "socket_timeout": 1}  # seconds

EMAIL = env_url("EMAIL_URL", "consolemail://", ("consolemail", "smtp", "smtp+tls", "smtp+ssl"), env.email_url)
MAILERS = {"default": {"BACKEND": EMAIL["EMAIL_BACKEND"]}}
if EMAIL["EMAIL_HOST"]:
    MAILERS["default"]["OPTIONS"] = {
        "host": EMAIL["EMAIL_HOST"],
        "port": EMAIL["EMAIL_PORT"],
        "username": EMAIL["EMAIL_HOST_USER"],
        "password": EMAIL["EMAIL_HOST_PASSWORD"],
        "use_tls": EMAIL.get("EMAIL_USE_TLS", False),
        "use_ssl": EMAIL.get("EMAIL_USE_SSL", False),
        "timeout": 10,
    }
del EMAIL
if CONTACT_EMAIL:
    DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONTACT_EMAIL

# People who sign in

LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "config.rights.GroupsBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "config.passwords.LengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # the mail says so
ADMIN_REQUIRES_2FA = env_bool("ADMIN_REQUIRES_2FA", default=not DEBUG)
OTP_TOTP_ISSUER = "Twitchwise"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True  # nobody, not even a superuser, is shown another person's key
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a stranger elsewhere cannot lock an editor out
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying once more does not make the wait longer
AXES_LOCKOUT_CALLABLE = "config.signing_in.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # when somebody worked here is nobody's business
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]  # and the password, always
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 8 * 60 * 60  # since the last request to the admin; see config/desk.py
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_AGE = None  # the cookie ends with the browser
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

# Language and time

LANGUAGE_CODE = "en-gb"
USE_I18N = False  # it speaks one language, and need not ask at each word which
USE_TZ = True
TIME_ZONE = os.environ.get("TIME_ZONE", "Europe/London")
try:
    ZoneInfo(TIME_ZONE)
except (KeyError, ValueError, OSError) as error:
    raise ImproperlyConfigured(f"TIME_ZONE is no known time zone: {TIME_ZONE!r}.") from error

# Files

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": uploads.storage_of(os.environ.get("MEDIA_STORAGE_URL", "")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.statics.Storage"
    },
}
SITE_DIR = DATABASE_FILE.absolute().parent if DATABASE_FILE else VAR_DIR  # two sites of one folder share no page
GENERATION_FILE = SITE_DIR / "generation"  # grows with every public change; see articles/generation.py
PAGES_DIR = SITE_DIR / "pages"  # stored pages; whoever deletes it loses nothing. See config/pagestore.py
PAGES_IN_MEMORY = 16_000_000  # bytes a worker
PAGES_ON_DISK = 500_000_000  # bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a checklist of 60 questions has thousands, each with what it was before
WHITENOISE_KEEP_ONLY_HASHED_FILES = False  # the stored text of an article names a drawing by its plain file

# What the browser may do

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = SSL_REDIRECT
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SSL_REDIRECT
if SSL_REDIRECT:
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# What is written down, and who is told of faults

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"}
        if DEBUG
        else {"class": "config.logs.StdoutHandler", "formatter": "json"},
        "nobody": {"class": "logging.NullHandler"},  # with no handler at all, Python writes to stderr by itself
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "filters": {
        # What is down is told once a minute, not for each page that needs it; see config/freshness.py
        "told_once": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", 0) != 503,
        }
    },
    "loggers": {
        "psycopg.pool": {"level": "ERROR"},  # a line for each attempt to connect, several in a second
        "django.security.DisallowedHost": {
            "handlers": ["nobody"],
            "propagate": False,
        },  # the visitor's mistake, not ours
        # What was refused has its line from config.logs.
        "django.request": {"level": "WARNING" if DEBUG else "ERROR", "filters": ["told_once"]},
        "axes": {"level": "WARNING"},  # not a line for each person who signs in
    },
}
SENTRY_DSN = os.environ.get("SENTRY_DSN", "")
if SENTRY_DSN:
    sentry.start(SENTRY_DSN)
