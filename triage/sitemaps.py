from articles.sitemaps import ArticleSitemap
from triage.models import ChecklistEdition


class ChecklistSitemap(ArticleSitemap):
    def items(self):
        return (
            ChecklistEdition.objects.live().select_related("document").only("document", "published_at").order_by("pk")
        )
