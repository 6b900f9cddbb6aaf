"""The WSGI application that `manage.py serve` hands to the server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from config.logs import believe_proxies_only

application = get_wsgi_application()

from config.limits import Limits  # noqa: E402 (these need the site's apps)
from config.pagestore import PageStore  # noqa: E402
from config.quick import Quick  # noqa: E402

quick = Quick(None)  # which has no answer to anything
if not settings.DEBUG:  # where templates are written, each page is made anew
    application = PageStore(application)
    quick = application.quick

# Only a proxy of ours may say who is asking, and whether they came by HTTPS: both decide what is refused.
direct = Limits(application)
through_proxy = wrap_wsgi_with_proxy_headers(direct, trusted_hosts=settings.TRUSTED_PROXIES)
through_proxy = believe_proxies_only(through_proxy, settings.TRUSTED_PROXIES)


def application(environ, start_response):
    """Look at who is asking only where there is something to believe: that takes as long as a stored page."""
    if ready := quick.get(environ):
        start_response(ready.status, ready.headers)
        return ready.body
    if "HTTP_X_FORWARDED_FOR" in environ or "HTTP_X_FORWARDED_PROTO" in environ or "HTTP_X_REQUEST_ID" in environ:
        return through_proxy(environ, start_response)
    return direct(environ, start_response)
