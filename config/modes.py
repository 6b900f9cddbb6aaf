"""The modes of the site that are not production. Each sets environment variables that the settings then read.

*Developing* is a bare checkout: debug on. *Trying* is `manage.py quickstart`: debug off and the site's own error pages,
but loopback only and without HTTPS. *Running* is everything else, and the settings refuse what is unsafe there.
"""

import os
import secrets
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var"


def developing() -> None:
    """Switch debug on, with a key that is good for nothing else."""
    os.environ["DEBUG"] = "true"
    os.environ["SECRET_KEY"] = "for-developing-only-" + "0" * 40


def trying() -> None:
    """Switch debug off, keep the key and the data under `var/`, and answer to this machine only."""
    os.environ["DEBUG"] = "false"
    os.environ["SECRET_KEY"] = local_secret_key()
    os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1,[::1]"
    os.environ["SSL_REDIRECT"] = "false"
    os.environ["ADMIN_REQUIRES_2FA"] = "false"  # the demo reviewer is to be tried, not to be enrolled


def local_secret_key() -> str:
    """The secret key of this checkout, made on first use and readable by its owner only."""
    path = VAR / "secret-key"
    VAR.mkdir(exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key)
    return key
