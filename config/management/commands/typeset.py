from django.core.management.base import BaseCommand

from articles.models import ArticleEdition


class Command(BaseCommand):
    help = "Make the pages of all articles anew from their words: after a term changed that many of them use."

    def handle(self, *args, **options):
        count = ArticleEdition.objects.all().typeset_again(progress=self.stdout.write)
        self.stdout.write(f"All editions are typeset: {count}.")
