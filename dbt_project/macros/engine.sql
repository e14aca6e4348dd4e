{# What differs between engines. A further target adds its own `<adapter>__` macros. #}

{% macro row_hash(columns) %}{{ return(adapter.dispatch('row_hash')(columns)) }}{% endmacro %}
{% macro default__row_hash(columns) %}{{ return('hash(' ~ columns | join(', ') ~ ')') }}{% endmacro %}

{% macro next_day(day) %}{{ return(adapter.dispatch('next_day')(day)) }}{% endmacro %}
{% macro default__next_day(day) %}{{ return('(' ~ day ~ ' + 1)') }}{% endmacro %}

{% macro day_before(day) %}{{ return(adapter.dispatch('day_before')(day)) }}{% endmacro %}
{% macro default__day_before(day) %}{{ return('(' ~ day ~ ' - 1)') }}{% endmacro %}

{% macro year_of(day) %}{{ return(adapter.dispatch('year_of')(day)) }}{% endmacro %}
{% macro default__year_of(day) %}{{ return('year(' ~ day ~ ')') }}{% endmacro %}

{% macro month_text(day) %}{{ return(adapter.dispatch('month_text')(day)) }}{% endmacro %}
{% macro default__month_text(day) %}{{ return('left(cast(cast(' ~ day ~ ' as date) as varchar), 7)') }}{% endmacro %}

{% macro month_start(moment) %}{{ return(adapter.dispatch('month_start')(moment)) }}{% endmacro %}
{% macro default__month_start(moment) %}{{ return("cast(date_trunc('month', " ~ moment ~ ') as date)') }}{% endmacro %}

{% macro minutes_between(earlier, later) %}{{ return(adapter.dispatch('minutes_between')(earlier, later)) }}{% endmacro %}
{% macro default__minutes_between(earlier, later) %}
    {{ return("(date_diff('second', " ~ earlier ~ ', ' ~ later ~ ') / 60.0e0)') }}
{% endmacro %}

{% macro days_between(earlier, later) %}{{ return(adapter.dispatch('days_between')(earlier, later)) }}{% endmacro %}
{% macro default__days_between(earlier, later) %}{{ return('(' ~ later ~ ' - ' ~ earlier ~ ')') }}{% endmacro %}

{% macro replace_pattern(text, pattern, replacement) %}
    {{ return(adapter.dispatch('replace_pattern')(text, pattern, replacement)) }}
{% endmacro %}
{% macro default__replace_pattern(text, pattern, replacement) %}
    {{ return('regexp_replace(' ~ text ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "')") }}
{% endmacro %}

{# Text filled from the right to a length. #}
{% macro filled_right(text, length, filler) %}
    {{ return(adapter.dispatch('filled_right')(text, length, filler)) }}
{% endmacro %}
{% macro default__filled_right(text, length, filler) %}
    {{ return('rpad(' ~ text ~ ', ' ~ length ~ ", '" ~ filler ~ "')") }}
{% endmacro %}

{# First of January of a year; empty for a number that is no year. #}
{% macro year_start(year) %}{{ return(adapter.dispatch('year_start')(year)) }}{% endmacro %}
{% macro default__year_start(year) %}{{ return('try_cast((' ~ year ~ ") || '-01-01' as date)") }}{% endmacro %}

{# Rows without a partner. `not exists` gives the same rows; DuckDB then first looks for the different keys of the left
   side, which took ten times as long on ten million visits. #}
{% macro anti_join(relation, conditions) %}{{ return(adapter.dispatch('anti_join')(relation, conditions)) }}{% endmacro %}
{% macro default__anti_join(relation, conditions) %}
    {{ return('anti join ' ~ relation ~ '\n    on ' ~ conditions | join(' and ')) }}
{% endmacro %}
{% macro spark__anti_join(relation, conditions) %}
    {{ return('left anti join ' ~ relation ~ '\n    on ' ~ conditions | join(' and ')) }}
{% endmacro %}

{# The first days of all months, quarters or years that meet the span of two days, as a query with the column starts_on. #}
{% macro span_starts(from_day, to_day, kind) %}{{ return(adapter.dispatch('span_starts')(from_day, to_day, kind)) }}{% endmacro %}
{% macro default__span_starts(from_day, to_day, kind) %}
    {% set months = {'month': 1, 'quarter': 3, 'year': 12}[kind] %}
    {{ return("select cast(unnest(generate_series(date_trunc('" ~ kind ~ "', " ~ from_day ~ '), ' ~ to_day
        ~ ', interval ' ~ months ~ " month)) as date) as starts_on") }}
{% endmacro %}

{# The last day of the month, quarter or year that begins on a day. #}
{% macro span_end(starts_on, kind) %}{{ return(adapter.dispatch('span_end')(starts_on, kind)) }}{% endmacro %}
{% macro default__span_end(starts_on, kind) %}
    {% set months = {'month': 1, 'quarter': 3, 'year': 12}[kind] %}
    {{ return('cast(' ~ starts_on ~ ' + interval ' ~ months ~ ' month - interval 1 day as date)') }}
{% endmacro %}

{# A day some months earlier. #}
{% macro months_before(day, months) %}{{ return(adapter.dispatch('months_before')(day, months)) }}{% endmacro %}
{% macro default__months_before(day, months) %}
    {{ return('cast(' ~ day ~ ' - to_months(cast(' ~ months ~ ' as integer)) as date)') }}
{% endmacro %}

{# Hexadecimal digest of a text. #}
{% macro text_digest(text) %}{{ return(adapter.dispatch('text_digest')(text)) }}{% endmacro %}
{% macro default__text_digest(text) %}{{ return('sha256(' ~ text ~ ')') }}{% endmacro %}

{# A day some years later; what begins on 29 February is complete on 1 March in a common year. #}
{% macro years_later(day, years) %}{{ return(adapter.dispatch('years_later')(day, years)) }}{% endmacro %}
{% macro default__years_later(day, years) %}
    {{ return('cast(' ~ day ~ ' + to_years(' ~ years ~ ") + (case when strftime(" ~ day ~ ", '%m-%d') = '02-29' and strftime("
        ~ day ~ ' + to_years(' ~ years ~ "), '%m-%d') = '02-28' then to_days(1) else to_days(0) end) as date)") }}
{% endmacro %}

{# Whole seconds of a span, exact. #}
{% macro seconds_between(earlier, later) %}{{ return(adapter.dispatch('seconds_between')(earlier, later)) }}{% endmacro %}
{% macro default__seconds_between(earlier, later) %}
    {{ return("date_diff('second', " ~ earlier ~ ', ' ~ later ~ ')') }}
{% endmacro %}

{# A quotient of two whole numbers, the lower above 0, rounded half up (away from 0), without any binary fraction. #}
{% macro rounded_quotient(above, below) %}{{ return(adapter.dispatch('rounded_quotient')(above, below)) }}{% endmacro %}
{% macro default__rounded_quotient(above, below) %}
    {% set whole = 'cast(' ~ above ~ ' as hugeint)' %}
    {{ return('(sign(' ~ whole ~ ') * ((2 * abs(' ~ whole ~ ') + cast(' ~ below ~ ' as hugeint)) // (2 * cast(' ~ below
        ~ ' as hugeint))))') }}
{% endmacro %}

{# Whole cents of an amount of yuan, and back; exact both ways. #}
{% macro cents(yuan) %}{{ return('cast(' ~ yuan ~ ' * 100 as hugeint)') }}{% endmacro %}
{% macro yuan(cents) %}
    {{ return('cast(cast(' ~ cents ~ ' as decimal(30, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))') }}
{% endmacro %}

{# Several values as one, to be compared as one. #}
{% macro row_of(columns) %}{{ return(adapter.dispatch('row_of')(columns)) }}{% endmacro %}
{% macro default__row_of(columns) %}{{ return('row(' ~ columns | join(', ') ~ ')') }}{% endmacro %}

{# Columns of a row as one value with names; compared by the first column, then by the next. #}
{% macro named_row_of(relation, columns) %}{{ return(adapter.dispatch('named_row_of')(relation, columns)) }}{% endmacro %}
{% macro default__named_row_of(relation, columns) %}
    {% set pairs = [] %}
    {% for column in columns %}{% do pairs.append(column ~ ' := ' ~ relation ~ '.' ~ column) %}{% endfor %}
    {{ return('struct_pack(' ~ pairs | join(', ') ~ ')') }}
{% endmacro %}

{# A column of such a value. #}
{% macro column_of_row(row, column) %}{{ return(adapter.dispatch('column_of_row')(row, column)) }}{% endmacro %}
{% macro default__column_of_row(row, column) %}
    {{ return('struct_extract(' ~ row ~ ", '" ~ column ~ "')") }}
{% endmacro %}

{# The parts of a text, whether a list shares a member with another, and how many members it has. #}
{% macro parts_of(text, separator) %}{{ return(adapter.dispatch('parts_of')(text, separator)) }}{% endmacro %}
{% macro default__parts_of(text, separator) %}
    {{ return('string_split(' ~ text ~ ", '" ~ separator ~ "')") }}
{% endmacro %}
{% macro lists_meet(one, other) %}{{ return(adapter.dispatch('lists_meet')(one, other)) }}{% endmacro %}
{% macro default__lists_meet(one, other) %}{{ return('list_has_any(' ~ one ~ ', ' ~ other ~ ')') }}{% endmacro %}
{% macro list_length(list) %}{{ return(adapter.dispatch('list_length')(list)) }}{% endmacro %}
{% macro default__list_length(list) %}{{ return('len(' ~ list ~ ')') }}{% endmacro %}

{# Every day of a span, as a query with the column day. #}
{% macro all_days(from_day, to_day) %}{{ return(adapter.dispatch('all_days')(from_day, to_day)) }}{% endmacro %}
{% macro default__all_days(from_day, to_day) %}
    {{ return('select cast(unnest(generate_series(' ~ from_day ~ ', ' ~ to_day ~ ', interval 1 day)) as date) as day') }}
{% endmacro %}

{# The code of a day's weekday in the code list weekday. #}
{% macro weekday_code(day) %}{{ return(adapter.dispatch('weekday_code')(day)) }}{% endmacro %}
{% macro default__weekday_code(day) %}
    {{ return("(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[isodow(" ~ day ~ ')]') }}
{% endmacro %}

{# Whole millionths of a yuan, exact: prices may have parts of a cent. #}
{% macro millionths(yuan) %}{{ return('cast(' ~ yuan ~ ' * 1000000 as hugeint)') }}{% endmacro %}

{# The days that a span of time touches, a row each. #}
{% macro days_touched(started_at, ended_at) %}{{ return(adapter.dispatch('days_touched')(started_at, ended_at)) }}{% endmacro %}
{% macro default__days_touched(started_at, ended_at) %}
    {{ return('cast(unnest(generate_series(cast(' ~ started_at ~ ' as date), cast(' ~ ended_at
        ~ ' as date), interval 1 day)) as date)') }}
{% endmacro %}

{# Kilometres between two places on a sphere of the earth's mean radius. #}
{% macro kilometres_between(lon_1, lat_1, lon_2, lat_2) %}
    {{ return('(2 * 6371.0088 * asin(least(1, sqrt(pow(sin(radians(' ~ lat_2 ~ ' - ' ~ lat_1 ~ ') / 2), 2) + cos(radians('
        ~ lat_1 ~ ')) * cos(radians(' ~ lat_2 ~ ')) * pow(sin(radians(' ~ lon_2 ~ ' - ' ~ lon_1 ~ ') / 2), 2)))))') }}
{% endmacro %}

{% macro day_text(day) %}{{ return(adapter.dispatch('day_text')(day)) }}{% endmacro %}
{% macro default__day_text(day) %}{{ return('cast(cast(' ~ day ~ ' as date) as varchar)') }}{% endmacro %}

{# Columns of a row as a JSON text, by name. #}
{% macro row_json(relation, columns) %}{{ return(adapter.dispatch('row_json')(relation, columns)) }}{% endmacro %}
{% macro default__row_json(relation, columns) %}
    {{ return('cast(to_json(' ~ named_row_of(relation, columns) ~ ') as varchar)') }}
{% endmacro %}

{# The text under a name of a JSON text; empty where there is none. #}
{% macro json_text(json, name) %}{{ return(adapter.dispatch('json_text')(json, name)) }}{% endmacro %}
{% macro default__json_text(json, name) %}
    {{ return('json_extract_string(' ~ json ~ ", '$." ~ name ~ "')") }}
{% endmacro %}
