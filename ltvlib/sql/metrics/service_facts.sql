-- what became of orders, of the customers in eligible as e: additive facts of mart_fulfilment as f
    count(*) as orders,
    count(f.is_late) as promised,
    sum(f.is_late) as late,
    count(f.documents_ok) as checked,
    sum(1 - f.documents_ok) as wrong_documents,
    sum(f.has_complaint) as complaints
from mart_fulfilment as f
join eligible as e using (customer_key)
