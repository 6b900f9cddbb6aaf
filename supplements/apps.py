from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SupplementsConfig(AppConfig):
    name = "supplements"

    def ready(self):
        from articles import generation, sources
        from articles.groups import create_groups
        from supplements import findable
        from supplements.dose import LIMITS
        from supplements.models import Food

        sources.coded[Food.page] = {limit.source for limit in LIMITS}
        post_migrate.connect(create_groups, sender=self, dispatch_uid="supplements.groups")
        findable.register_all()
        generation.follow(self)
