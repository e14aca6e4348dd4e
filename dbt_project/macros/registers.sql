{# A column's name with its unit, where its type has one: contracts name columns as exports do. #}
{% macro with_unit(column) %}
    {% set units = {'yuan': '_yuan', 'm2': '_m2'} %}
    {{ return(column.name ~ units.get(column.type, '')) }}
{% endmacro %}

{# All columns of a source under their names with units, each followed by a comma. #}
{% macro columns_with_units(source_name, relation) %}
    {% for column in contracts()[source_name].columns %}
    {{ relation }}.{{ column.name }}{% if with_unit(column) != column.name %} as {{ with_unit(column) }}{% endif %},
    {% endfor %}
{% endmacro %}

{# The same columns under their names in the contract again, for published tables in which a row is traced to its file;
   quasi-identifiers are not published. #}
{% macro natural_columns(source_name, relation) %}
    {% for column in contracts()[source_name].columns if not column.is_quasi %}
    {{ relation }}.{{ with_unit(column) }}{% if with_unit(column) != column.name %} as {{ column.name }}{% endif %},
    {% endfor %}
{% endmacro %}

{# The newest version of each key of a register up to as_of, also where the key has since left the register. #}
{% macro newest_version(source_name) %}
{% set contract = contracts()[source_name] %}
{% set has_division = 'division_code' in contract.columns | map(attribute='name') %}
with versions as (
    select
        *,
        row_number() over (partition by {{ contract.key | join(', ') }} order by _file_date desc) as place
    from {{ ref('stg_' ~ source_name) }}
),

standing as (
    select
        key_1,
        key_2
    from {{ ref('standing_keys') }}
    where source = '{{ source_name }}'
),

divisions as (
    select
        division_code,
        jurisdiction
    from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units(source_name, 'versions') }}
    {% if has_division %}
    divisions.jurisdiction,
    {% endif %}
    standing.key_1 is null as left_register,
    versions._file_date as version_on,
    versions._file as file,
    versions._sheet as sheet,
    versions._line as line
from versions
left join standing
    on
        versions.{{ contract.key[0] }} = standing.key_1
        and {{ 'versions.' ~ contract.key[1] if contract.key | length > 1 else "''" }} = standing.key_2
{% if has_division %}
left join divisions on versions.division_code = divisions.division_code
{% endif %}
where versions.place = 1
{% endmacro %}

{# Where a row of a fact stands in the files. #}
{% macro evidence(relation) %}
    {{ relation }}._file as file,
    {{ relation }}._sheet as sheet,
    {{ relation }}._line as line
{% endmacro %}
