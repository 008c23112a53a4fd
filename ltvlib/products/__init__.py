"""What the order lines tell: journeys, what goes together, the next best offer, discounts."""
