{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}
select placed_at::date as day, count(*) as orders, sum(amount)::numeric(12,2) as amount
{%- if var('with_largest', false) %}, max(amount)::numeric(12,2) as largest{% endif %}
from {{ ref('shipped') }}
where placed_at < '{{ var("until", "2024-02-15") }}'
{%- if is_incremental() %} and placed_at::date > (select max(day) from {{ this }}){% endif %}
group by 1
