"""Making what tests need, always through the product's own functions."""
