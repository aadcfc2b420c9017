{{ config(materialized='view') }}
select id as order_id, customer as customer_id, placed as placed_at, amount, state
from {{ ref('orders') }}
