from django.contrib.admin import apps


class DeskConfig(apps.AdminConfig):
    """The admin, with our own site in place of the stock one."""

    default = False  # it belongs to the admin, not to this app
    default_site = "config.desk.DeskSite"
