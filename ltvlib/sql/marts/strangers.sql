-- takes customers out of {{table}} who have no order before as_of: refunds alone do not make a customer
delete from {{table}} where customer_key not in (select customer_key from mart_customer)
