{{ scorecard_rows('scoring_sets', 'name', ['name', 'member']) }}
