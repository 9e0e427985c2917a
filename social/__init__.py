"""Who vouches for somebody: sign-in by way of other providers, per tenant."""
