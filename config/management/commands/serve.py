"""The production server, and the one that `quickstart` starts."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from granian import Granian
from granian.constants import Interfaces


class Command(BaseCommand):
    help = "Serve the site in production. Refuses debug, and a SQLite database that is not there."

    requires_system_checks = []  # they open the database, and what is wrong with it is better said below

    def add_arguments(self, parser):
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args, address, port, workers, **options):
        if settings.DEBUG:
            raise CommandError("Debug is on. Set SECRET_KEY, and DEBUG=false or nothing.")
        if settings.DATABASE_FILE and not settings.DATABASE_FILE.exists():
            raise CommandError(f"There is no database at {settings.DATABASE_FILE}. Run manage.py migrate, or restore.")
        self.check()
        serve(address=address, port=port, workers=workers)


def serve(address: str, port: int, workers: int) -> None:
    """Run granian until it is told to stop."""
    Granian(
        "config.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        respawn_failed_workers=True,
    ).serve()
