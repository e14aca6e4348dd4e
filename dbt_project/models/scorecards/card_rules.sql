{{ scorecard_rows('scorecard_sets', 'name', ['name', 'member']) }}
