"""The project's measures: ratios against a floor in the same run.

`docs/performance.md` says what each measure does. Nothing here is imported by the product.
"""
