{{ config(materialized='table', schema='reports', post_hook="comment on table {{ this }} is 'by a hook'") }}
{%- set states = states_of_orders() %}
select customer_id, {% for s in states %}sum(case when state = '{{ s }}' then 1 else 0 end) as {{ s }}{{ ',' if not loop.last }}{% endfor %},
  {{ dbt.datediff("min(placed_at)", "max(placed_at)", "day") }} as days, {{ dbt.date_trunc("month", "min(placed_at)") }} as month, {{ dbt.concat(["'customer '", "customer_id::text"]) }} as label
from {{ ref('stg_orders') }} group by customer_id
