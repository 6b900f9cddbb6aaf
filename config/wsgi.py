"""The WSGI application that `manage.py serve` hands to the server."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
if not settings.DEBUG:  # where templates are written, each page is made anew
    from config.pagestore import PageStore

    application = PageStore(application)

# Only a proxy of ours may say who is asking, and whether they came by HTTPS: both decide what is refused.
direct, through_proxy = application, wrap_wsgi_with_proxy_headers(application, trusted_hosts=settings.TRUSTED_PROXIES)


def application(environ, start_response):
    """Look at who is asking only where there is something to believe: that takes as long as a stored page."""
    answer = through_proxy if "HTTP_X_FORWARDED_FOR" in environ else direct
    return answer(environ, start_response)
