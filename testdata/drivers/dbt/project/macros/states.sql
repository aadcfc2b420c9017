{% macro states_of_orders() %}
  {%- set found = run_query("select distinct state from " ~ ref('stg_orders') ~ " order by 1") %}
  {{- return(found.columns[0].values() if execute else []) }}
{% endmacro %}
