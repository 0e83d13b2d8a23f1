"""What a stranger runs to believe us: each promise tried on a demo, with its evidence.

proofs.py is the table of what is proven; each proof says in one line what it tried and found.
"""
