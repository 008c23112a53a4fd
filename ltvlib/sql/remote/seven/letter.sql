case
    when {on_register} then 'X'
    when {orders} = 0 then 'inactive'
    when {revenue} >= $ltv_value * {orders} and {orders} >= $ltv_often then 'A'
    when {revenue} >= $ltv_value * {orders} then 'B'
    when {orders} >= $ltv_often then 'C'
    else 'D'
end
