"""LTV Workbench: the metric math of customer lifetime value, in profit."""
