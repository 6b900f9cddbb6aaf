from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from articles import seeding as articles


class Command(BaseCommand):
    help = "Load the content that the site begins with: whatever is missing, and nothing that exists."

    def handle(self, *args, **options):
        seeds = articles.read()
        if seeds.faults:
            raise CommandError("Nothing was loaded.\n" + "\n".join(map(str, seeds.faults)))
        with transaction.atomic():
            new = articles.load(seeds, progress=self.stdout.write)
        self.stdout.write(f"{new} articles are new, {len(seeds.articles) - new} were here already.")
