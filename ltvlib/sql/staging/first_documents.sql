-- grain: one order or refund document; the texts that mart_customer takes from a first order. No row where the customers
-- table tells them all: then the orders need not be read again
create or replace view first_documents as
select order_key, channel, manager from orders where {{is_wanted}}
