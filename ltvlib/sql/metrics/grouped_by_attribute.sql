-- grain: one customer with the value of an attribute; "" = not known
select customer_key, coalesce({{attribute}}, '') as grp from mart_customer
