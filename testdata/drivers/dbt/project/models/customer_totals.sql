{{ config(materialized='table', indexes=[{'columns': ['customer_id'], 'unique': true}], grants={'select': ['visitor']}) }}
select c.id as customer_id, c.name, count(o.order_id) as orders, coalesce(sum(o.amount), 0)::numeric(12,2) as total, min(o.placed_at) as first_order
from {{ ref('customers') }} c
left join {{ ref('stg_orders') }} o on o.customer_id = c.id and o.state <> 'returned'
group by c.id, c.name
