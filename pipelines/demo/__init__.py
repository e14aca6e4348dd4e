"""Made-up data of five made-up places, sound or with planted faults, in the form in which offices send it."""

from pipelines.demo.generate import DemoSummary, FolderInUse, generate

__all__ = ["DemoSummary", "FolderInUse", "generate"]
