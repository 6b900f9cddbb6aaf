"""The WSGI application that `manage.py serve` hands to the server."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from config.logs import believe_proxies_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Only a proxy of ours may say who is asking, and whether they came by HTTPS: both decide what is refused.
application = wrap_wsgi_with_proxy_headers(get_wsgi_application(), trusted_hosts=settings.TRUSTED_PROXIES)
application = believe_proxies_only(application, settings.TRUSTED_PROXIES)
