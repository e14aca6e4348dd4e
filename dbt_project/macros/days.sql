{#
    The days of a run. Nothing here reads a clock. A model that is compiled without a day (for its documentation, by the
    linter) gets an empty day; a run without one stops.
#}
{% macro day(text) %}
    {% if text is none %}
        {{ return('cast(null as date)') }}
    {% endif %}
    {{ return("cast('" ~ text ~ "' as date)") }}
{% endmacro %}

{% macro as_of() %}
    {% set given = var('as_of', none) %}
    {% if given is none and execute and flags.WHICH in ('run', 'build') and not flags.EMPTY %}
        {{ exceptions.raise_compiler_error('A run needs the variable as_of (a day, 2025-03-31)') }}
    {% endif %}
    {{ return(day(given)) }}
{% endmacro %}

{% macro period_start() %}
    {% set given = var('period_start', none) %}
    {{ return(day(given) if given is not none else "cast(date_trunc('year', " ~ as_of() ~ ') as date)') }}
{% endmacro %}

{# Stand-ins for an open end of a span, so that spans can be compared without asking for nulls. #}
{% macro first_day() %}{{ return("cast('0001-01-01' as date)") }}{% endmacro %}
{% macro last_day() %}{{ return("cast('9999-12-31' as date)") }}{% endmacro %}

{# Whether a column's day is not after as_of, by its type in the contract: a time counts by its calendar day, a year by
   its first of January, a month by its first day. The column stays bare, so that Parquet statistics can skip rows. #}
{% macro has_come(column, type) %}
    {% if type == 'datetime' %}
        {{ return(column ~ ' < ' ~ next_day(as_of())) }}
    {% elif type == 'integer' %}
        {{ return(column ~ ' <= ' ~ year_of(as_of())) }}
    {% endif %}
    {{ return(column ~ ' <= ' ~ as_of()) }}
{% endmacro %}

{# Whether a dated row of the policy seeds is in force on a day. #}
{% macro in_force(day, from_column, to_column) %}
    {{ return('(' ~ from_column ~ ' <= ' ~ day ~ ' and (' ~ to_column ~ ' is null or ' ~ to_column ~ ' >= ' ~ day ~ '))') }}
{% endmacro %}

{# The day from which a date column of a contract counts. #}
{% macro event_day(column, type) %}
    {{ return(year_start(column) if type == 'integer' else 'cast(' ~ column ~ ' as date)') }}
{% endmacro %}

{# Completed years from one day to another: a year is complete on its anniversary (of 29 February on 1 March in common years). #}
{% macro completed_years(from_day, to_day) %}
    {% set years = '(' ~ year_of(to_day) ~ ' - ' ~ year_of(from_day) ~ ')' %}
    {{ return('(' ~ years ~ ' - case when ' ~ years_later(from_day, 'cast(' ~ years ~ ' as integer)') ~ ' > ' ~ to_day
        ~ ' then 1 else 0 end)') }}
{% endmacro %}
