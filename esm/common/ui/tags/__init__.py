"""Template tags and filters by topic; ``esm/common/templatetags/ui.py`` offers them as one."""
