"""All reading of publications: a module for each family of pages, and `base` with the one door through which they read."""

from dashboards.queries.base import Publication, Reader, Scope, current, previous

__all__ = ["Publication", "Reader", "Scope", "current", "previous"]
