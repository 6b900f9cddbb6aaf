"""Who may do what: two groups, made and kept up to date by every migration."""

EDITORS, REVIEWERS = "Editors", "Reviewers"


def create_groups(app_config, using, **kwargs):
    """Give Editors the drafts, and Reviewers all that our apps define, whenever an app of ours was migrated.

    Editors view and write documents, editions and what belongs to them. Reviewers also approve, publish and withdraw
    (`review_...`) and keep the plain rows, such as references, that every page shares.
    """
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    from articles.editions import Document, Edition, Review

    models = [model for model in app_config.get_models() if model.__module__.split(".")[0] == app_config.name]
    if not any(issubclass(model, Document) for model in models):
        return
    create_permissions(app_config, using=using, **kwargs)
    editors, _ = Group.objects.using(using).get_or_create(name=EDITORS)
    reviewers, _ = Group.objects.using(using).get_or_create(name=REVIEWERS)
    granted = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    reviewers.permissions.add(*granted.exclude(codename__startswith="delete_"))
    editors.permissions.add(*granted.filter(codename__startswith="view_"))
    for model in models:
        if issubclass(model, Document | Edition | Review):
            name = model._meta.model_name
            editors.permissions.add(*granted.filter(codename__in=[f"add_{name}", f"change_{name}"]))
