"""Pure arithmetic of value flow: events in, attributed time and figures out. No Django here."""
