"""Checklists as files, both ways: as `articles.seeding`, on which it rests."""

from triage.seeding.loading import load, load_checklist
from triage.seeding.reading import HERE, Seeds, read
from triage.seeding.writing import write

__all__ = ["HERE", "Seeds", "load", "load_checklist", "read", "write"]
