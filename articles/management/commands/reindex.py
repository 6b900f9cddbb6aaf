from django.core.management.base import BaseCommand

from articles.search import index


class Command(BaseCommand):
    help = "Make the index of the search anew. Readers search the old one until it is done."

    def handle(self, **options):
        stored = index.rebuild(progress=lambda message: self.stdout.write(message))
        self.stdout.write(f"{stored:,} things can be found.")
