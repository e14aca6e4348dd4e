{{ current_rows('budgets') }}
