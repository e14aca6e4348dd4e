{# Rules about registers are judged on as_of; rules about events join the seed by their own day. #}
select
    rule,
    jurisdiction,
    name,
    value,
    unit,
    basis,
    requirement,
    valid_from,
    valid_to
from {{ ref('parameters') }}
where {{ in_force(as_of(), 'valid_from', 'valid_to') }}
