"""6 Show: the app. It reads publications and nothing else; all reading is in `queries`."""
