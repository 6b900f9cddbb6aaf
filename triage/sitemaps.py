from articles.sitemaps import EditionSitemap
from triage.models import ChecklistEdition


class ChecklistSitemap(EditionSitemap):
    model = ChecklistEdition
