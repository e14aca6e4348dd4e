{# The key of a row within its source; in a register within its source and day. #}
{% macro version_key(source_name) %}
    {% set contract = contracts()[source_name] %}
    {{ return(contract.key + (['_file_date'] if contract.mode == 'snapshot' else [])) }}
{% endmacro %}

{#
    Which of several rows of one key is the current one: that of the newest file. In the register of old people the county
    of a person's own hukou knows best: its row goes before those of other registers of the same day. Within one register
    and day the newest file speaks for the register, so only its row is asked for the county.
#}
{% macro version_order(source_name) %}
    {% set order = [] %}
    {% if source_name == 'elders' %}
        {% do order.append('(speaks_for_register and _division_key = '
            ~ trimmed_division(county_of('hukou_division')) ~ ') desc') %}
        {% do order.append('speaks_for_register desc') %}
    {% endif %}
    {{ return(order + ['_file_order desc']) }}
{% endmacro %}

{#
    Sources in which a key can stand in more than one row: those of several files (of one day, in a register), as one file
    never holds a key twice. Asked of the data in a run, so that the usual case costs nothing; all sources otherwise.
#}
{% macro sources_with_versions() %}
    {% if not execute or flags.WHICH not in ('run', 'build') %}
        {{ return(contracts().keys() | list) }}
    {% endif %}
    {% set found = [] %}
    {% set query %}
        select source, count(*) as files, count(*) - count(distinct file_date) as files_of_one_day
        from {{ source('raw', 'files') }}
        where status = 'loaded' and source is not null
        group by source
        order by source
    {% endset %}
    {% for row in run_query(query).rows %}
        {% set versions = row[2] + 1 if contracts()[row[0]].mode == 'snapshot' else row[1] %}
        {% if versions > 1 %}{% do found.append(row[0]) %}{% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#
    Rows of a source that a better row of the same key replaces. Numbering all rows by key would sort a hundred million
    visits; a count by hash finds the few keys that stand more than once, and only their rows are numbered.
#}
{% macro superseded_rows_of(source_name) %}
    select
        '{{ source_name }}' as source,
        _file_order as file_order,
        {{ row_hash(['_sheet']) }} as sheet_hash,
        _line as line
    from (
        select
            _file_order,
            _sheet,
            _line,
            row_number() over (
                partition by {{ version_key(source_name) | join(', ') }}
                order by {{ version_order(source_name) | join(', ') }}
            ) as place
        from {% if source_name == 'elders' %}(
            select
                *,
                _file_order = max(_file_order) over (
                    partition by {{ version_key(source_name) | join(', ') }}, _division_key
                ) as speaks_for_register
            from {{ source('raw', source_name) }}
        ){% else %}{{ source('raw', source_name) }}{% endif %}
        where {{ row_hash(version_key(source_name)) }} in (
            select key_hash
            from (
                select {{ row_hash(version_key(source_name)) }} as key_hash
                from {{ source('raw', source_name) }}
            )
            group by key_hash
            having count(*) > 1
        )
    )
    where place > 1
{% endmacro %}

{#
    The current rows of a source up to as_of. Events: of all versions of a key the one of the newest file, whatever its
    date; then, if that is dated after as_of, the key is not used at all. Registers: of each key one row per snapshot day
    up to as_of. Then dates that had not come on as_of are emptied, with the columns that belong to them.
    Superseded rows are told by three numbers: compared as text, the sheet alone made the join ten times as slow.
#}
{% macro current_rows(source_name) %}
{% set contract = contracts()[source_name] %}
with accepted as (
    select * from {{ source('raw', source_name) }}
),

superseded as (
    select
        file_order,
        sheet_hash,
        line
    from {{ ref('superseded_rows') }}
    where source = '{{ source_name }}'
)

select
    {% for column in contract.columns %}
        {% if column.not_yet %}
    case when {{ has_come('accepted.' ~ column.not_yet, column.not_yet_type) }} then accepted.{{ column.name }} end as {{ column.name }},
        {% else %}
    accepted.{{ column.name }},
        {% endif %}
    {% endfor %}
    accepted._file,
    accepted._file_order,
    accepted._file_date,
    accepted._division_key,
    accepted._sheet,
    accepted._line
from accepted
{{ anti_join('superseded', [
    'accepted._file_order = superseded.file_order',
    'accepted._line = superseded.line',
    row_hash(['accepted._sheet']) ~ ' = superseded.sheet_hash',
]) }}
where
    {% if contract.mode == 'snapshot' %}
    accepted._file_date <= {{ as_of() }}
    {% else %}
    {{ has_come('accepted.' ~ contract.date, contract.date_type) }}
    {% endif %}
{% endmacro %}

{# Of an events source, the keys whose newest row is dated after as_of: on file, but not to be read yet. #}
{% macro later_keys_of(source_name) %}
{% set contract = contracts()[source_name] %}
select accepted.{{ contract.key[0] }}
from {{ source('raw', source_name) }} as accepted
{{ anti_join('(select * from ' ~ ref('superseded_rows') ~ " where source = '" ~ source_name ~ "') as superseded", [
    'accepted._file_order = superseded.file_order',
    'accepted._line = superseded.line',
    row_hash(['accepted._sheet']) ~ ' = superseded.sheet_hash',
]) }}
where not {{ has_come('accepted.' ~ contract.date, contract.date_type) }}
{% endmacro %}

{#
    Keys whose row stands in the newest snapshot, up to as_of, of some division; who is missing there has left the
    register. Asked of all accepted rows: a row that another register's row of the day replaces still stands in its own.
#}
{% macro standing_keys_of(source_name) %}
    {% set key = contracts()[source_name].key %}
    select distinct
        '{{ source_name }}' as source,
        {{ key[0] }} as key_1,
        {{ key[1] if key | length > 1 else "''" }} as key_2
    from {{ source('raw', source_name) }}
    where (_division_key, _file_date) in (
        select
            _division_key,
            max(_file_date)
        from {{ source('raw', source_name) }}
        where _file_date <= {{ as_of() }}
        group by _division_key
    )
{% endmacro %}
