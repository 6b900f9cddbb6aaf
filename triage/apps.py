from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TriageConfig(AppConfig):
    name = "triage"

    def ready(self):
        from articles import generation
        from articles.groups import create_groups
        from triage import findable

        post_migrate.connect(create_groups, sender=self, dispatch_uid="triage.groups")
        findable.register_all()
        generation.follow(self)
