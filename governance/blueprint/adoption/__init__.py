"""How far the way of working was taken on: what sponsors did, the critical few, maturity.

Pure: what is known comes in as plain values, figures and levels come out.
"""
