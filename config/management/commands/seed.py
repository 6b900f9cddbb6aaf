from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from config import content


class Command(BaseCommand):
    help = "Load content: whatever is missing, and nothing that exists."

    def add_arguments(self, parser):
        parser.add_argument(
            "folder", nargs="?", type=Path, metavar="DIR", help="an export; without it, what the site begins with"
        )

    def handle(self, *args, folder, **options):
        found = content.read(folder)
        if found.faults:
            raise CommandError("Nothing was loaded.\n" + "\n".join(map(str, found.faults)))
        try:
            with transaction.atomic():
                done = found.load(progress=self.stdout.write)
        except IntegrityError as error:  # two rows with one name, or a row at odds with one that is there
            raise CommandError(f"Nothing was loaded. {error}") from error
        self.stdout.write(done)
