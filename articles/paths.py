"""Paths of documents and sources. They never change while a process runs, which answers below one prefix,
and a page may name a hundred."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(2_000, typed=True)
def path_of(view: str, *args) -> str:
    return reverse(view, args=args)
