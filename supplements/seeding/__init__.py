"""Forms, medicines, foods and daily needs as files, both ways: as `articles.seeding`, on which it rests."""

from supplements.seeding.loading import load
from supplements.seeding.reading import HERE, Seeds, read
from supplements.seeding.writing import write

__all__ = ["HERE", "Seeds", "load", "read", "write"]
