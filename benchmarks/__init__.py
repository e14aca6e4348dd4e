"""Time and memory beside the engine's floor. Nothing here is a test: a slow machine is no defect."""
