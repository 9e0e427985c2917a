"""The console's sections about providers and who is known to them."""
