"""Everything that a newcomer needs, in one command. `manage.py` sets the mode that goes with it."""

import hashlib
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from articles.groups import EDITORS, REVIEWERS
from articles.models import ArticleEdition
from config.management.commands.serve import serve


class Command(BaseCommand):
    help = "Try the site on this machine: migrate, load the content, make two demo accounts, and serve it."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="where to listen on 127.0.0.1 (8000)")
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, then stop")

    def handle(self, *args, port, no_serve, **options):
        self.stdout.write("Database ...")
        call_command("migrate", verbosity=0)
        if ArticleEdition.objects.exists():
            self.stdout.write("Content is here already.")
        else:
            self.stdout.write("Content ...")
            call_command("seed", stdout=self.stdout)
        self.stdout.write("Accounts ...")
        for name, group in (("editor", EDITORS), ("reviewer", REVIEWERS)):
            self.stdout.write(f"  {self.demo_account(name, group)}")
        self.stdout.write("Static files ...")
        self.collect()
        address = f"http://127.0.0.1:{port}/"
        self.stdout.write(
            self.style.SUCCESS(f"Ready. Open {address} to read, {address}admin/ to edit. Ctrl+C stops it.")
        )
        if not no_serve:
            serve(address="127.0.0.1", port=port, workers=1)

    def demo_account(self, name: str, group: str) -> str:
        """Make the account unless it exists; says how to sign in."""
        if User.objects.filter(username=name).exists():
            return f"{name}: exists, its password is the one printed when it was made"
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(name, password=password, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return f"{name}: password {password}"

    def collect(self) -> None:
        """Collect and compress the static files, unless nothing has changed since the last time."""
        stamp = Path(settings.STATIC_ROOT).parent / "static-stamp"
        now = static_fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(now)


def static_fingerprint() -> str:
    """A digest of every static file's name, size and time of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()
