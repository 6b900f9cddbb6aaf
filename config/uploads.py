"""Where uploads are kept: a folder of this machine, or a store that speaks S3, which several machines share."""

import importlib.util
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

NAME = "MEDIA_STORAGE_URL"
FORM = f"{NAME} must be s3://KEY:SECRET@BUCKET/FOLDER?endpoint=https://...&region=..., of which only BUCKET is needed."
KNOWN = {"endpoint": "endpoint_url", "region": "region_name"}


def storage_of(url: str) -> dict:
    """Django's setting for a storage; without an address, a folder. Raises ImproperlyConfigured.

    Without a key and secret, those are taken that the machine has (AWS's own variables, files and roles).
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    try:
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True)) if parts.query else {}
    except ValueError:
        raise ImproperlyConfigured(FORM) from None  # whose words would tell the secret
    endpoint = asked.get("endpoint", "https://")
    is_whole = bool(parts.username) == bool(parts.password) and endpoint.startswith(("https://", "http://"))
    if parts.scheme != "s3" or not parts.hostname or not is_whole or set(asked) - set(KNOWN) or "" in asked.values():
        raise ImproperlyConfigured(FORM)
    if not all(importlib.util.find_spec(package) for package in ("storages", "boto3")):
        raise ImproperlyConfigured(f"{NAME} needs the extra s3: uv sync --extra s3.")
    options = {KNOWN[key]: value for key, value in asked.items()}
    options |= {"bucket_name": parts.hostname, "location": unquote(parts.path.strip("/"))}
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password)}
    return {"BACKEND": "config.bucket.Bucket", "OPTIONS": options}
