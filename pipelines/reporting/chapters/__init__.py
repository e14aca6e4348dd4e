"""The chapters of a report, a module each: what was gathered, put into words."""
