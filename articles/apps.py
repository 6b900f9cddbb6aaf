from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import post_migrate


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self):
        from articles import findable, generation
        from articles.groups import create_groups

        post_migrate.connect(create_groups, sender=self, dispatch_uid="articles.groups")
        post_migrate.connect(fill_empty_index, sender=self, dispatch_uid="articles.search")
        post_migrate.connect(generation.begin, sender=self, dispatch_uid="articles.generation")
        findable.register_all()
        generation.follow(self)


def fill_empty_index(using, **kwargs):
    """A site that had content before it had a search finds all of it from the first migration on."""
    from django.db.migrations.executor import MigrationExecutor

    from articles.models import Article, Findable
    from articles.search import index

    if using != DEFAULT_DB_ALIAS:
        return
    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return  # on the way back, or not all the way: the tables may not be there
    if Article.objects.exists() and not Findable.objects.exists():
        index.rebuild()
