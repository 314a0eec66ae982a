"""How values look: words for times, dates and amounts, small server-made drawings, icons.

Nothing here asks the database or knows what a page is about; ``templatetags/ui.py`` offers it to
the templates.
"""
