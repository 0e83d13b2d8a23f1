"""The demo: an agency with its clients, and two years of their trade.

Nothing of it is inserted as finished rows. The story says who does what and when; the stage lets
them do it, through the product's own functions, while the test clock moves from two years back to
now, with the sweep's work done at the end of each day.
"""
