{{ current_rows('disclosures') }}
