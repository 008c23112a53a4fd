-- grain: one customer, all in one group
select customer_key, '' as grp from mart_customer
