"""Faults are told to Sentry where SENTRY_DSN is set: where in the code, and nothing of whoever was asking."""

from django.core.exceptions import ImproperlyConfigured

from config.logs import CHECK, harmless, said_by

KEPT = (  # of an event; whatever else a new version of the package gathers stays here
    *("event_id", "timestamp", "level", "logger", "platform", "release", "environment", "sdk", "modules"),
    *("transaction", "transaction_info"),
)
KEPT_OF_FRAME = (
    *("filename", "abs_path", "module", "function", "lineno", "in_app"),
    *("pre_context", "context_line", "post_context"),  # lines of the code
)


def start(dsn: str, **options) -> None:
    """Begin to watch for faults. Raises ImproperlyConfigured, with the variable's name, where that cannot work."""
    try:
        import sentry_sdk
        from sentry_sdk.integrations.django import DjangoIntegration
        from sentry_sdk.utils import BadDsn
    except ImportError as error:
        raise ImproperlyConfigured("SENTRY_DSN is set, but its package is missing: use the extra “sentry”.") from error
    try:
        sentry_sdk.init(
            dsn,
            integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
            auto_enabling_integrations=False,
            before_send=scrub,
            before_send_transaction=lambda event, hint: None,
            before_breadcrumb=lambda crumb, hint: None,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            auto_session_tracking=False,
            **options,
        )
    except BadDsn as error:
        raise ImproperlyConfigured(f"SENTRY_DSN is no address of Sentry's: {error}.") from error


def scrub(event: dict, hint: dict | None = None) -> dict:
    """What may leave this machine of an event: a list of what is kept, so that nothing new slips through."""
    request = event.get("request") or {}
    kept = {key: event[key] for key in KEPT if key in event}
    if "transaction" in kept:
        kept["transaction"] = shown(kept["transaction"])
    if request:
        kept["request"] = {"url": shown(request.get("url") or ""), "method": request.get("method")}
    if template := (event.get("logentry") or {}).get("message"):
        kept["logentry"] = {"message": harmless(template)}  # without what was filled in
    if values := (event.get("exception") or {}).get("values"):
        kept["exception"] = {"values": [scrubbed(value, bool(request)) for value in values]}
    return kept


def shown(address: str) -> str:
    """An address without what was asked; below /check/ without the rest of it."""
    before, below, _ = harmless(address).partition(CHECK)
    return before + below


def scrubbed(value: dict, is_asked: bool) -> dict:
    """One exception: its kind, the places in the code, and of its words what a log may hold."""
    frames = (value.get("stacktrace") or {}).get("frames") or []
    kept = {key: value[key] for key in ("type", "module") if key in value}
    kept["stacktrace"] = {"frames": [{key: frame[key] for key in KEPT_OF_FRAME if key in frame} for frame in frames]}
    kept["value"] = said_by([value.get("type") or ""], str(value.get("value") or ""), is_asked)
    return kept
