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
{% macro default__month_text(day) %}{{ return('strftime(' ~ day ~ ", '%Y-%m')") }}{% endmacro %}

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
