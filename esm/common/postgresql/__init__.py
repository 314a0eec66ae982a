"""Django's PostgreSQL, but that a server which went away is noticed instead of waited for."""
