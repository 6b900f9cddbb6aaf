from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from articles.editions import Refused
from config import backup


class Command(BaseCommand):
    help = "Write the whole site, database and uploads, into one file, and check it by opening it again."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")

    def handle(self, *args, file, **options):
        try:
            backup.write(file, progress=self.stderr.write)
        except (Refused, OSError) as error:
            raise CommandError(f"No backup was written. {error}") from error
        self.stdout.write(f"The backup is {file}: {file.stat().st_size:,} bytes.")
