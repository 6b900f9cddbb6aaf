"""The rows behind the stamp of what readers see."""

import secrets

from django.db import models


def new_token() -> str:
    return secrets.token_hex(8)


class Generation(models.Model):
    """One change of something public. The stamp is made of the newest rows: see `articles.generation`."""

    token = models.CharField(max_length=16, default=new_token, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.token
