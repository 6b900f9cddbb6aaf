"""Paths of documents and sources. They never change while a process runs, and a page may name a hundred."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(2_000)
def path_of(view: str, *args) -> str:
    return reverse(view, args=args)
