from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from articles.editions import Refused
from config import backup


class Command(BaseCommand):
    help = (
        "Put the site back to what a backup holds, and migrate it to the present code. Stop the server first. "
        "The cache (CACHE_URL) is emptied, whoever else may use it: give each site a Redis database of its own."
    )

    requires_system_checks = []  # they open the database, which may be missing or damaged

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
        parser.add_argument("--replace", action="store_true", help="also where the site has content, which then goes")

    def handle(self, *args, file, replace, **options):
        try:
            backup.restore(file, replace, progress=self.stderr.write)
        except (Refused, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        self.stdout.write("The site is as it was when the backup was made.")
