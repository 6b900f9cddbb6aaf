"""Uploads in a store that speaks S3. Only a site with MEDIA_STORAGE_URL imports this."""

from urllib.parse import urljoin

from botocore.config import Config
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

SECONDS = 5  # for a connection, and for each piece of an answer


class Bucket(S3Storage):
    """A private bucket, whose pictures the site itself hands out: a page names no other server."""

    def get_default_settings(self):
        config = Config(
            s3={"addressing_style": "path"},  # which stores other than Amazon's understand as well
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
            retries={"total_max_attempts": 2},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return super().get_default_settings() | {"file_overwrite": False, "client_config": config}

    def url(self, name, parameters=None, expire=None, http_method=None):
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name))
