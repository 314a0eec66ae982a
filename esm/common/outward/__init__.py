"""Talking to servers that somebody else named: which addresses are asked, and how it is bounded.

Whatever fetches or sends to an address that was typed by a person or a program goes through here.
"""
