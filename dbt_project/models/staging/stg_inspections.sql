{{ current_rows('inspections') }}
